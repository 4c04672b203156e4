import { posix } from 'node:path'
import { Readable } from 'node:stream'
import { type LeaseFile, SubletError } from '@sublet/protocol'
import type Docker from 'dockerode'
import type { Runtime } from '../runtime.ts'
import { messageOf, statusOf, withEngine } from './docker-error.ts'

/** Go's file mode bits, as the engine tells them. */
const goFolder = 2 ** 31
const goIrregular = 2 ** 27 + 2 ** 26 + 2 ** 25 + 2 ** 24 + 2 ** 21 + 2 ** 19

/** Files in containers, by the engine's archive API: it unpacks within the container's own root, links and all. */
export function dockerFiles(
  docker: Docker,
  /** The engine unpacks into a folder that is not there: Podman does. */
  { makesFolders = false } = {},
): Pick<Runtime, 'statFile' | 'packFiles' | 'unpackFiles'> {
  /** What lies in memory is mounted over the files that the engine sees: a copy there would be lost without a word. */
  async function refuseMemory(id: string, path: string): Promise<void> {
    const { Mounts, HostConfig } = await withEngine('look at the container', () =>
      docker.getContainer(id).inspect(),
    )
    const mounted = [
      ...Mounts.filter(({ Type }) => Type === 'tmpfs').map(({ Destination }) => Destination),
      ...(HostConfig.Mounts ?? []).filter(({ Type }) => Type === 'tmpfs').map(({ Target }) => Target),
    ]
    const place = [...engineOwn, ...mounted].find((folder) => isWithin(path, folder))
    if (place === undefined) return
    throw new SubletError(
      'file.refused',
      `${place} is memory, not files: nothing can be copied there or from there.`,
      {
        hint: 'Copy by way of a folder on disk, such as /tmp, and move it with `sublet exec`.',
      },
    )
  }

  async function statFile(id: string, path: string): Promise<LeaseFile | undefined> {
    await refuseMemory(id, path)
    try {
      const answer = (await docker.getContainer(id).infoArchive({ path })) as {
        headers?: Record<string, string>
      }
      return fileIn(String(answer.headers?.['x-docker-container-path-stat'] ?? ''))
    } catch (error) {
      if (statusOf(error) === 404) return undefined
      return await withEngine('look at the file', () => Promise.reject(error))
    }
  }

  return {
    statFile,

    async packFiles(id, path) {
      await refuseMemory(id, path)
      try {
        return (await docker.getContainer(id).getArchive({ path })) as Readable
      } catch (error) {
        throw statusOf(error) === 404 ? notFound(path) : refused(error)
      }
    },

    async unpackFiles(id, folder, archive) {
      await refuseMemory(id, folder)
      if (makesFolders && (await statFile(id, folder)) === undefined) throw notFound(folder)
      // The engine answers while the rest is still on its way, and then nobody would be told what broke the sender off.
      let brokeOff: unknown
      const watched = Readable.from(
        (async function* () {
          try {
            yield* archive as AsyncIterable<Buffer>
          } catch (error) {
            brokeOff = error
            throw error
          }
        })(),
        { objectMode: false },
      )
      try {
        await docker.getContainer(id).putArchive(watched, { path: folder, noOverwriteDirNonDir: '1' })
      } catch (error) {
        if (brokeOff !== undefined) throw brokeOff
        throw statusOf(error) === 404 ? notFound(folder) : refused(error)
      } finally {
        archive.destroy()
      }
      if (brokeOff !== undefined) throw brokeOff
    },
  }
}

const engineOwn = ['/proc', '/sys', '/dev']

/** Going by the names, as the workload itself may have made links. */
function isWithin(path: string, folder: string): boolean {
  const plain = posix.normalize(path)
  return plain === folder || plain.startsWith(`${folder.replace(/\/+$/, '')}/`)
}

/** Reads the engine's description of a path: JSON in base64, the mode as Go counts it. */
export function fileIn(header: string): LeaseFile {
  const { size, mode, mtime } = JSON.parse(Buffer.from(header, 'base64').toString('utf8')) as {
    size: number
    mode: number
    mtime: string
  }
  const isFolder = Math.floor(mode / goFolder) % 2 === 1
  // Docker tells of a link itself, by its mode; Podman of what it leads to.
  const isOther = !isFolder && (mode & goIrregular) !== 0
  return {
    kind: isFolder ? 'folder' : isOther ? 'other' : 'file',
    sizeBytes: isFolder ? 0 : size,
    mode: mode % 0o1000,
    modifiedAtMs: Date.parse(mtime),
  }
}

function notFound(path: string): SubletError {
  return new SubletError('file.not-found', `There is no ${path} in the instance.`)
}

function refused(error: unknown): unknown {
  const said = messageOf(error)
  if (/read-only/i.test(said))
    return new SubletError('file.refused', 'That part of the instance is read-only.', {
      hint: 'Copy into a volume that may be written.',
      cause: error,
    })
  if (/not a directory|cannot overwrite/i.test(said))
    return new SubletError('file.refused', 'A file and a folder of the same name are in each other’s way.', {
      hint: 'Copy to another name.',
      cause: error,
    })
  if (/no space left|quota/i.test(said))
    return new SubletError('file.refused', 'The files do not fit there.', { cause: error })
  const status = statusOf(error)
  if (status === undefined || status >= 500)
    return new SubletError('runtime.failed', `The files cannot be copied: ${said}`, { cause: error })
  return new SubletError('file.refused', `The files cannot be copied: ${said}`, { cause: error })
}
