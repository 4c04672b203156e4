import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat, truncate } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { SubletError, sizeWords } from '@sublet/protocol'
import type { VolumeRoom } from '../runtime/runtime.ts'
import { sleep } from '../sleep.ts'
import { imageBytesFor } from './image-size.ts'
import { mountsIn } from './mount-table.ts'

/**
 * Sparse ext4 images, so that what is written in them ends at their own size and not at the disk's. Needs root; Linux
 * only.
 */
export interface DiskImages {
  /**
   * Puts an image beneath a folder, with what lies in it. The image has no name any more, so whoever unmounts the
   * folder, a crash too, leaves nothing behind.
   */
  confine(folder: string, sizeBytes: number): Promise<void>
  /** Every folder that something is mounted on now. */
  confined(): Promise<ReadonlySet<string>>
  /**
   * Makes sure that a volume's image is there, is as large as said, and is mounted; answers the folder for its files.
   * Without a room nothing is made or changed in size.
   */
  open(name: string, room?: VolumeRoom): Promise<string>
  remove(name: string): Promise<void>
  /** What a volume takes on the disk now; undefined for one that has no image. */
  usedBytes(name: string): Promise<number | undefined>
  /** Unmounts what nobody uses. */
  close(): Promise<void>
  /** Removes images of volumes that are not there any more. */
  sweep(isThere: (name: string) => boolean): Promise<void>
}

export interface DiskImagesParts {
  /** For mounts and unnamed images. */
  folder: string
  /** Where images of a storage class lie; `default` must be there. */
  classFolders: Readonly<Record<string, string>>
}

const blockBytes = 4096
const layout = ['-q', '-F', '-b', String(blockBytes), '-i', '16384', '-m', '0']
/** `discard` gives room back to the machine when files go. */
const mountOptions = 'loop,discard,nodev'
/** Not the top, which has a `lost+found`; and not there while nothing is mounted, so that nobody fills the machine's disk. */
const inner = 'data'
const suffix = '.img'
const layerPrefix = 'layer-'

export function createDiskImages({ folder, classFolders }: DiskImagesParts): DiskImages {
  const mountsFolder = join(folder, 'mounts')
  const imageFolders = [
    ...new Set(Object.values({ default: folder, ...classFolders }).map((one) => join(one, 'sublet-volumes'))),
  ]
  const turns = new Map<string, Promise<unknown>>()
  /** Images beneath layers that have a name yet, as they are not mounted. */
  const inTheMaking = new Set<string>()

  /** One after the other for each volume: two replicas may share one. */
  function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const turn = (turns.get(name) ?? Promise.resolve()).then(work, work)
    const settled = turn
      .catch(() => undefined)
      .finally(() => turns.get(name) === settled && turns.delete(name))
    turns.set(name, settled)
    return turn
  }

  const placeOf = (name: string) => join(mountsFolder, name)

  async function find(name: string): Promise<string | undefined> {
    for (const one of imageFolders) {
      const path = join(one, `${name}${suffix}`)
      if ((await sizeOf(path)) !== undefined) return path
    }
    return undefined
  }

  async function make(name: string, room: VolumeRoom): Promise<string> {
    const into = join(classFolders[room.class] ?? classFolders.default ?? folder, 'sublet-volumes')
    await mkdir(into, { recursive: true, mode: 0o700 })
    const path = join(into, `${name}${suffix}`)
    // Under another name until it is whole.
    await format(`${path}.new`, room.sizeBytes)
    await rename(`${path}.new`, path)
    return path
  }

  async function resize(name: string, image: string, sizeBytes: number): Promise<void> {
    const [wanted, present] = [imageBytesFor(sizeBytes), await sizeOf(image)]
    if (present === undefined || wanted === present) return
    // While somebody uses it, it stays as it is; whoever comes after has the size that they asked.
    if (!(await closed(placeOf(name)))) return
    await run('e2fsck', ['-f', '-p', image])
    if (wanted > present) {
      await truncate(image, wanted)
      return await run('resize2fs', [image])
    }
    // What was much larger has structures that cannot be made small.
    const isSmall = await succeeds(run('resize2fs', [image, `${wanted / blockBytes}`]))
    if (isSmall) await truncate(image, wanted)
    else await rebuild(name, image, sizeBytes)
  }

  /** Moves everything into a new image. */
  async function rebuild(name: string, image: string, sizeBytes: number): Promise<void> {
    const [from, to] = [placeOf(name), placeOf(`${name}.new`)]
    await format(`${image}.new`, sizeBytes)
    try {
      for (const place of [from, to]) await mkdir(place, { recursive: true, mode: 0o700 })
      await run('mount', ['-o', `${mountOptions},ro`, image, from])
      await run('mount', ['-o', mountOptions, `${image}.new`, to])
      await run('cp', ['--archive', `${from}/.`, to]).catch((cause: unknown) => {
        throw new SubletError(
          'request.invalid',
          `The volume holds more than the ${sizeWords(sizeBytes)} asked.`,
          {
            hint: 'Ask for as much as before, or remove the volume: sublet volume rm.',
            cause,
          },
        )
      })
      for (const place of [to, from]) {
        if (!(await closed(place))) throw new SubletError('runtime.failed', `${place} cannot be unmounted.`)
      }
      await rename(`${image}.new`, image)
    } finally {
      for (const place of [to, from]) await closed(place)
      await rmdir(to).catch(() => undefined)
      await rm(`${image}.new`, { force: true })
    }
  }

  async function removeNow(name: string): Promise<void> {
    const place = placeOf(name)
    while ((await deviceAt(place)) !== undefined) await run('umount', [place])
    for (const one of imageFolders) {
      for (const end of [suffix, `${suffix}.new`]) await rm(join(one, `${name}${end}`), { force: true })
    }
    await rmdir(place).catch(() => undefined)
  }

  return {
    async confine(layer, sizeBytes) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const entry = `${layerPrefix}${randomUUID()}${suffix}`
      const image = join(folder, entry)
      inTheMaking.add(entry)
      try {
        await allocate(image, imageBytesFor(sizeBytes))
        // No journal: after a crash of the machine nobody reads it again.
        await run('mkfs.ext4', [...layout, '-O', '^has_journal', '-d', layer, image])
        await run('mount', ['-o', mountOptions, image, layer])
      } finally {
        await rm(image, { force: true })
        inTheMaking.delete(entry)
      }
    },

    confined: async () => new Set((await mounts()).map(({ place }) => place)),

    open: (name, room) =>
      inTurn(name, async () => {
        const image = (await find(name)) ?? (room === undefined ? undefined : await make(name, room))
        if (image === undefined) throw new SubletError('runtime.failed', `There is no image of ${name}.`)
        if (room !== undefined) await resize(name, image, room.sizeBytes)
        const place = placeOf(name)
        if ((await deviceAt(place)) === undefined) {
          await mkdir(place, { recursive: true, mode: 0o700 })
          await run('mount', ['-o', `${mountOptions},nosuid`, image, place])
        }
        await mkdir(join(place, inner), { recursive: true, mode: 0o755 })
        return join(place, inner)
      }),

    remove: (name) => inTurn(name, () => removeNow(name)),

    async usedBytes(name) {
      const image = await find(name)
      return image === undefined ? undefined : (await stat(image)).blocks * 512
    },

    async close() {
      for (const name of await readdir(mountsFolder).catch(() => [] as string[])) await closed(placeOf(name))
    },

    async sweep(isThere) {
      const listed = await Promise.all(
        [mountsFolder, ...imageFolders].map((one) => readdir(one).catch(() => [] as string[])),
      )
      const names = new Set(listed.flat().map((entry) => entry.replace(/\.img(\.new)?$/, '')))
      for (const name of names) if (!isThere(name)) await inTurn(name, () => removeNow(name))
      // A crash between making one and mounting it.
      for (const entry of await readdir(folder).catch(() => [] as string[])) {
        const isLeft = entry.startsWith(layerPrefix) && !inTheMaking.has(entry)
        if (isLeft) await rm(join(folder, entry), { force: true })
      }
    },
  }
}

async function allocate(path: string, bytes: number): Promise<void> {
  await rm(path, { force: true })
  const file = await open(path, 'wx', 0o600)
  try {
    await file.truncate(bytes)
  } finally {
    await file.close()
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return await stat(path).then(
    ({ size }) => size,
    () => undefined,
  )
}

const mounts = async () => mountsIn(await readFile('/proc/self/mountinfo', 'utf8'))

/** The device that is mounted at a place. */
async function deviceAt(place: string): Promise<string | undefined> {
  return (await mounts()).findLast((mount) => mount.place === place)?.source
}

/** Unmounts a place unless somebody uses what is there, through another mount too. Answers whether nobody has it now. */
async function closed(place: string): Promise<boolean> {
  const all = await mounts()
  const own = all.findLast((mount) => mount.place === place)
  if (own === undefined) return true
  if (all.some((mount) => mount.source === own.source && mount.place !== place)) return false
  const backing = await backingOf(own.source)
  return (await succeeds(run('umount', [place]))) && (await isDetached(own.source, backing))
}

/** The file that a loop device shows. */
async function backingOf(device: string): Promise<string | undefined> {
  const path = `/sys/block/${basename(device)}/loop/backing_file`
  return await readFile(path, 'utf8').catch(() => undefined)
}

const detachTries = 50
const detachPauseMs = 100

/**
 * Whether the kernel has let go of a file after the last mount that we see. A container that was being started has a copy
 * of all mounts for a moment, and who writes into the file meanwhile spoils it.
 */
async function isDetached(device: string, backing: string | undefined): Promise<boolean> {
  for (let tries = 0; tries < detachTries; tries += 1) {
    if (backing === undefined || (await backingOf(device)) !== backing) return true
    await sleep(detachPauseMs)
  }
  return false
}

async function format(image: string, sizeBytes: number): Promise<void> {
  await allocate(image, imageBytesFor(sizeBytes))
  await run('mkfs.ext4', [...layout, '-J', 'size=4', image])
}

function succeeds(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  )
}

async function run(program: string, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(program, args)
  } catch (cause) {
    const said = String((cause as { stderr?: string }).stderr ?? '').trim()
    throw new SubletError('runtime.failed', `${program} failed: ${said.split('\n').at(-1) ?? ''}`, { cause })
  }
}
