import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Hex } from '@sublet/protocol'
import { type CachedItem, leastUsed, overBytes } from '../cache/least-used.ts'

/**
 * Where fetched things lie: `entries/KEY/files` once for everybody who may see them, and `leases/ID/PIN.json` for each
 * use, written before anything is fetched, so that nothing a lease needs is cleaned away, also after a crash.
 */
export interface FetchStore {
  /** The entry that a lease uses at a place already, if it is whole. */
  pinned(leaseId: Hex, pin: string): Promise<string | undefined>
  pin(leaseId: Hex, pin: string, key: string): Promise<void>
  filesOf(key: string): string
  isComplete(key: string): Promise<boolean>
  complete(key: string): Promise<void>
  /** A copy of an entry for one lease to write into; the same copy the next time. */
  copyFor(leaseId: Hex, pin: string, key: string): Promise<string>
  release(leaseId: Hex): Promise<void>
  /** What all that leases use takes, of their rented space: what two share counts for both. */
  usedBytes(): Promise<number>
  /** Removes what leases left that are none any more, and entries not used for longest down to the size. Answers those. */
  clean(isLive: (leaseId: Hex) => boolean, mostBytes: number): Promise<CachedItem[]>
}

export function createFetchStore(folder: string, now: () => number): FetchStore {
  const entriesFolder = join(folder, 'entries')
  const leasesFolder = join(folder, 'leases')
  const entry = (key: string) => join(entriesFolder, key)
  const mark = (key: string) => join(entry(key), 'complete')
  const leaseFolder = (leaseId: Hex) => join(leasesFolder, leaseId)
  const pinFile = (leaseId: Hex, pin: string) => join(leaseFolder(leaseId), `${pin}.key`)

  const exists = async (path: string) => (await stat(path).catch(() => undefined)) !== undefined
  const namesIn = (path: string) => readdir(path).catch((): string[] => [])

  async function release(leaseId: Hex): Promise<void> {
    await rm(leaseFolder(leaseId), { recursive: true, force: true })
  }

  async function pinsOf(leaseId: string): Promise<string[]> {
    const place = join(leasesFolder, leaseId)
    const names = (await namesIn(place)).filter((name) => name.endsWith('.key'))
    return await Promise.all(names.map((name) => readFile(join(place, name), 'utf8').catch(() => '')))
  }

  return {
    async pinned(leaseId, pin) {
      const key = await readFile(pinFile(leaseId, pin), 'utf8').catch(() => undefined)
      return key !== undefined && (await exists(mark(key))) ? key : undefined
    },

    async pin(leaseId, pin, key) {
      await mkdir(leaseFolder(leaseId), { recursive: true, mode: 0o700 })
      await writeFile(pinFile(leaseId, pin), key)
      await mkdir(join(entry(key), 'files'), { recursive: true, mode: 0o755 })
    },

    filesOf: (key) => join(entry(key), 'files'),
    isComplete: (key) => exists(mark(key)),

    async complete(key) {
      await writeFile(mark(key), '')
      const seconds = now() / 1000
      await utimes(mark(key), seconds, seconds)
    },

    async copyFor(leaseId, pin, key) {
      const place = join(leaseFolder(leaseId), pin)
      if (await exists(place)) return place
      const making = `${place}.making`
      await rm(making, { recursive: true, force: true })
      // Shares the blocks where the file system can.
      await cp(join(entry(key), 'files'), making, { recursive: true, mode: constants.COPYFILE_FICLONE })
      await openToAll(making)
      await rename(making, place)
      return place
    },

    release,

    async usedBytes() {
      const used = await Promise.all(
        (await namesIn(leasesFolder)).map(async (leaseId) => {
          const places = [leaseFolder(leaseId as Hex), ...[...new Set(await pinsOf(leaseId))].map(entry)]
          return await Promise.all(places.map(sizeOf))
        }),
      )
      return used.flat().reduce((sum, bytes) => sum + bytes, 0)
    },

    async clean(isLive, mostBytes) {
      const used = new Set<string>()
      for (const leaseId of await namesIn(leasesFolder)) {
        if (!isLive(leaseId as Hex)) await release(leaseId as Hex)
        else for (const key of await pinsOf(leaseId)) used.add(key)
      }
      const items = await Promise.all(
        (await namesIn(entriesFolder)).map(async (key): Promise<CachedItem> => {
          const seen = (await stat(mark(key)).catch(() => undefined)) ?? (await stat(entry(key)))
          return {
            name: key,
            sizeBytes: await sizeOf(entry(key)),
            usedAtMs: seen.mtimeMs,
            inUse: used.has(key),
          }
        }),
      )
      const removed = leastUsed(items, overBytes(items, mostBytes))
      for (const { name } of removed) {
        await rm(mark(name), { force: true })
        await rm(entry(name), { recursive: true, force: true })
      }
      return removed
    },
  }
}

/** A name for something that is made of many parts. */
export function keyOf(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40)
}

async function sizeOf(path: string): Promise<number> {
  const found = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => [])
  const sizes = await Promise.all(
    found
      .filter((one) => one.isFile())
      .map((one) =>
        stat(join(one.parentPath, one.name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Whatever user the container runs as must be able to write. */
async function openToAll(path: string): Promise<void> {
  await chmod(path, 0o777)
  for (const one of await readdir(path, { withFileTypes: true, recursive: true })) {
    await chmod(join(one.parentPath, one.name), one.isDirectory() ? 0o777 : 0o666)
  }
}
