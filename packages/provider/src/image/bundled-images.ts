import { execFile } from 'node:child_process'
import { readFile, realpath, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { SubletError } from '@sublet/protocol'
import type Docker from 'dockerode'
import tar from 'tar-stream'
import { engineError, withEngine } from '../runtime/docker/docker-error.ts'
import { librariesIn } from './shared-libraries.ts'

/** Images whose names start so are made by the provider itself and never asked of a registry. */
export const bundledPrefix = 'sublet.local/'

interface BundledImage {
  /** The program in the image's folder, run by Node. */
  script: string
  port: number
}

const images: Record<string, BundledImage> = {
  [`${bundledPrefix}hello:1`]: { script: 'hello/server.mjs', port: 8080 },
}

export const bundledImageLabel = 'sublet.bundled'
/** Not root, and nobody's number on the machine. */
const runAs = '65532:65532'

export interface BundledImages {
  readonly references: readonly string[]
  /** Whether the reference is in the provider's own name space, known or not. */
  has(reference: string): boolean
  /** Builds the image in the engine. Throws `image.unavailable` for a name that is not bundled. */
  buildInto(docker: Docker, reference: string): Promise<void>
  /** How the host runtime runs the image: this machine's own Node and the script. */
  commandOf(reference: string): string[]
}

export interface BundledImagesOptions {
  /** The Node binary that goes into the image; `process.execPath`. */
  nodePath: string
  platform: NodeJS.Platform
}

const folder = new URL('../../images/', import.meta.url)

export function createBundledImages({ nodePath, platform }: BundledImagesOptions): BundledImages {
  const building = new Map<string, Promise<void>>()

  function find(reference: string): BundledImage {
    const image = images[reference]
    if (image !== undefined) return image
    throw new SubletError('image.unavailable', `There is no bundled image ${reference}.`, {
      hint: `Bundled images are: ${Object.keys(images).join(', ')}.`,
      details: { image: reference },
    })
  }

  async function build(docker: Docker, reference: string): Promise<void> {
    const image = find(reference)
    const info = (await docker.info()) as { OSType?: string; OperatingSystem?: string }
    const sameLinux =
      platform === 'linux' && info.OSType === 'linux' && !/desktop/i.test(info.OperatingSystem ?? '')
    if (sameLinux) await importNode(docker, reference, image, nodePath)
    else await buildOnAlpine(docker, reference, image)
  }

  return {
    references: Object.keys(images),
    has: (reference) => reference.startsWith(bundledPrefix),
    async buildInto(docker, reference) {
      const running = building.get(reference)
      if (running !== undefined) return await running
      const made = build(docker, reference).finally(() => building.delete(reference))
      building.set(reference, made)
      await made
    },
    commandOf: (reference) => [nodePath, fileURLToPath(new URL(find(reference).script, folder))],
  }
}

/** From nothing but this machine's Node, the libraries that it needs and the script. */
async function importNode(
  docker: Docker,
  reference: string,
  image: BundledImage,
  nodePath: string,
): Promise<void> {
  const pack = tar.pack()
  const imported = docker.importImage(pack as unknown as NodeJS.ReadableStream, {
    // With its tag: Podman passes over one that is given apart.
    repo: reference,
    changes: [
      'ENTRYPOINT ["/usr/local/bin/node", "/app/server.mjs"]',
      'WORKDIR /app',
      `USER ${runAs}`,
      `EXPOSE ${image.port}`,
      'ENV NODE_ENV=production HOME=/tmp PATH=/usr/local/bin:/usr/bin:/bin',
      `LABEL ${bundledImageLabel}=true`,
    ],
  })
  // An engine that dies meanwhile reads no further: the pack is given up, and what the engine said is told.
  let givenUp = false
  pack.on('error', () => undefined)
  imported.catch((error: Error) => {
    givenUp = true
    pack.destroy(error)
  })
  await Promise.all([
    withEngine('import the bundled image', () => imported).then((answer) =>
      drain(docker, answer as unknown as NodeJS.ReadableStream),
    ),
    packNode(pack, image, nodePath).catch((error: Error) => {
      if (givenUp) return
      pack.destroy(error)
      throw error
    }),
  ])
}

async function packNode(pack: tar.Pack, image: BundledImage, nodePath: string): Promise<void> {
  const { stdout } = await promisify(execFile)('ldd', [nodePath]).catch(() => ({ stdout: '' }))
  const binary = await realpath(nodePath)
  await addEntry(pack, { name: 'tmp/', type: 'directory', mode: 0o1777 })
  await addEntry(pack, { name: 'etc/passwd', mode: 0o644 }, `root:x:0:0::/:/\napp:x:${runAs}::/tmp:/\n`)
  await addEntry(pack, { name: 'app/server.mjs', mode: 0o644 }, await readFile(new URL(image.script, folder)))
  for (const [name, source] of [
    ['usr/local/bin/node', binary],
    ...librariesIn(stdout).map((path) => [path.slice(1), path]),
  ] as [string, string][]) {
    const { size } = await stat(source)
    const bytes = await readFile(source)
    if (bytes.length !== size) throw new SubletError('runtime.failed', `${source} changed while it was read.`)
    await addEntry(pack, { name, mode: 0o755 }, bytes)
  }
  pack.finalize()
}

/** Settles when the entry is through. A pack that is destroyed takes its entries along, and each says so by itself. */
function addEntry(
  pack: tar.Pack,
  header: Partial<tar.Header> & { name: string },
  content: string | Buffer = '',
): Promise<void> {
  return new Promise((resolve, reject) => {
    pack.entry(header, content, (error) => (error ? reject(error) : resolve())).on('error', reject)
  })
}

/** Where the engine runs another system than this process does; needs a registry for the base image. */
async function buildOnAlpine(docker: Docker, reference: string, image: BundledImage): Promise<void> {
  const pack = tar.pack()
  pack.entry(
    { name: 'Dockerfile' },
    `FROM node:22-alpine\nWORKDIR /app\nCOPY server.mjs /app/server.mjs\nUSER ${runAs}\nEXPOSE ${image.port}\nLABEL ${bundledImageLabel}=true\nENTRYPOINT ["node", "/app/server.mjs"]\n`,
  )
  pack.entry({ name: 'server.mjs' }, await readFile(new URL(image.script, folder)))
  pack.finalize()
  await drain(docker, await docker.buildImage(pack as unknown as NodeJS.ReadableStream, { t: reference }))
}

async function drain(docker: Docker, stream: NodeJS.ReadableStream): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error: Error | null, events: { error?: string }[]) => {
      const failed = events?.find((event) => event.error !== undefined)?.error
      if (error !== null) reject(engineError(error, 'build the bundled image'))
      else if (failed === undefined) resolve()
      else reject(new SubletError('image.unavailable', `The bundled image cannot be built: ${failed}`))
    })
  })
}
