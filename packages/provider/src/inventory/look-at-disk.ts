import { readdir, readFile, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { classOfDisks, type DiskClass, type DiskFacts, mountOf, readMounts } from './disk-class.ts'

/** What kind of disk a folder lies on; undefined where the machine does not say. */
export async function diskClassOf(folder: string): Promise<DiskClass | undefined> {
  const mountinfo = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '')
  const mount = mountOf(await realpath(folder).catch(() => folder), readMounts(mountinfo))
  if (mount === undefined) return undefined
  const device =
    (await realpath(`/sys/dev/block/${mount.deviceNumber}`).catch(() => undefined)) ??
    // Btrfs and the like have a number of their own; their source is the disk.
    (await realpath(mount.source)
      .then((source) => realpath(join('/sys/class/block', basename(source))))
      .catch(() => undefined))
  return device === undefined ? undefined : classOfDisks(await disksUnder(device))
}

/** The disks that a block device stands on: itself, the disk of a partition, or all below a mirror or volume. */
async function disksUnder(device: string): Promise<DiskFacts[]> {
  const below = await readdir(join(device, 'slaves')).catch(() => [])
  if (below.length > 0) {
    const under = await Promise.all(
      below.map(async (name) => disksUnder(await realpath(join(device, 'slaves', name)))),
    )
    return under.flat()
  }
  const isPartition = await readFile(join(device, 'partition')).then(
    () => true,
    () => false,
  )
  if (isPartition) return disksUnder(dirname(device))
  const rotational = await readFile(join(device, 'queue', 'rotational'), 'utf8').catch(() => undefined)
  return [
    { name: basename(device), rotational: rotational === undefined ? undefined : rotational.trim() === '1' },
  ]
}
