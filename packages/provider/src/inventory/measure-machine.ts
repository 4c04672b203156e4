import { readFile, stat, statfs } from 'node:fs/promises'
import { arch, availableParallelism, cpus, totalmem } from 'node:os'
import type { Capacity } from './claims.ts'
import type { GpuReading } from './gpu-reader.ts'
import { defaultInterface, linkMegabits } from './link-speed.ts'
import { diskClassOf } from './look-at-disk.ts'

/** What the owner keeps for themselves, and where leases' files will lie. */
export interface MachineShare {
  /** How much of the processor is offered, in percent. */
  cpuOfferPercent: number
  /** Millicores that are never leased. */
  reservedCpuMillis: number
  reservedMemoryBytes: number
  reservedStorageBytes: number
  /** Folder by storage class; `default` must be there. */
  storageFolders: Readonly<Record<string, string>>
  /** GPUs not offered, by id. */
  hiddenDevices: readonly string[]
}

export interface Machine {
  capacity: Capacity
  cpuArch: string
  /** As the processor calls itself; empty where it doesn't. */
  cpuModel: string
  gpus: GpuReading
  /** Of the interface that leads outside, megabits a second; undefined for Wi-Fi and virtual ones. */
  linkMegabits?: number
}

/** Node's names for processors, as container images name them. */
const archNames: Record<string, string> = { x64: 'amd64', arm64: 'arm64', arm: 'arm', riscv64: 'riscv64' }

export function cpuArch(nodeArch: string = arch()): string {
  return archNames[nodeArch] ?? nodeArch
}

/** Looks at this machine. Takes some tens of milliseconds; asks the GPU drivers where there are some. */
export async function measureMachine(
  share: MachineShare,
  readGpus: () => Promise<GpuReading>,
): Promise<Machine> {
  const [gpus, memoryBytes, storage, link] = await Promise.all([
    readGpus(),
    memoryLimit(),
    measureStorage(share),
    outwardMegabits(),
  ])
  return {
    cpuArch: cpuArch(),
    cpuModel: cpus()[0]?.model.trim() ?? '',
    gpus,
    ...(link === undefined ? {} : { linkMegabits: link }),
    capacity: {
      cpuMillis: Math.max(0, availableParallelism() * 10 * share.cpuOfferPercent - share.reservedCpuMillis),
      memoryBytes: Math.max(0, memoryBytes - share.reservedMemoryBytes),
      ...storage,
      devices: gpus.devices.filter(({ id }) => !share.hiddenDevices.includes(id)),
      ips: 0,
    },
  }
}

/** The machine's memory, or less where this process is itself confined. */
async function memoryLimit(): Promise<number> {
  for (const path of ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes']) {
    const limit = Number((await readFile(path, 'utf8').catch(() => '')).trim())
    if (limit > 0 && limit < totalmem()) return limit
  }
  return totalmem()
}

/** Free bytes by class. The disk of the default class is offered under what it is made of too. */
async function measureStorage({
  storageFolders,
  reservedStorageBytes,
}: MachineShare): Promise<Pick<Capacity, 'storageBytes' | 'storagePools'>> {
  const { default: main } = storageFolders
  const made = main === undefined ? undefined : await diskClassOf(main)
  const folders = { ...(made === undefined || main === undefined ? {} : { [made]: main }), ...storageFolders }
  const measured = await Promise.all(
    Object.entries(folders).map(async ([name, folder]) => {
      const [{ bavail, bsize }, { dev }] = await Promise.all([statfs(folder), stat(folder)])
      return { name, bytes: Math.max(0, bavail * bsize - reservedStorageBytes), pool: String(dev) }
    }),
  )
  return {
    storageBytes: Object.fromEntries(measured.map(({ name, bytes }) => [name, bytes])),
    storagePools: Object.fromEntries(measured.map(({ name, pool }) => [name, pool])),
  }
}

/** Of the interface that leads outside; undefined where it does not tell. */
export async function outwardMegabits(): Promise<number | undefined> {
  const name = defaultInterface(await readFile('/proc/net/route', 'utf8').catch(() => ''))
  if (name === undefined) return undefined
  return linkMegabits(await readFile(`/sys/class/net/${name}/speed`, 'utf8').catch(() => ''))
}
