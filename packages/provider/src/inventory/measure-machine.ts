import { execFile } from 'node:child_process'
import { readFile, statfs } from 'node:fs/promises'
import { arch, availableParallelism, totalmem } from 'node:os'
import { promisify } from 'node:util'
import type { Capacity } from './claims.ts'
import type { DeviceReading } from './device.ts'
import { nvidiaList, nvidiaQuery, readNvidia } from './nvidia.ts'

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
  gpus: DeviceReading
  /** Present when asking for GPUs failed although a driver's tool is there. */
  gpuProblem?: string
}

const askTimeoutMs = 10_000

/** Node's names for processors, as container images name them. */
const archNames: Record<string, string> = { x64: 'amd64', arm64: 'arm64', arm: 'arm', riscv64: 'riscv64' }

export function cpuArch(nodeArch: string = arch()): string {
  return archNames[nodeArch] ?? nodeArch
}

/** Looks at this machine. Takes some tens of milliseconds; asks the GPU driver where there is one. */
export async function measureMachine(share: MachineShare): Promise<Machine> {
  const [gpus, memoryBytes, storage] = await Promise.all([
    askNvidia(),
    memoryLimit(),
    Promise.all(
      Object.entries(share.storageFolders).map(
        async ([name, folder]) => [name, await freeDisk(folder)] as const,
      ),
    ),
  ])
  return {
    cpuArch: cpuArch(),
    gpus: gpus.reading,
    ...(gpus.problem === undefined ? {} : { gpuProblem: gpus.problem }),
    capacity: {
      cpuMillis: Math.max(0, availableParallelism() * 10 * share.cpuOfferPercent - share.reservedCpuMillis),
      memoryBytes: Math.max(0, memoryBytes - share.reservedMemoryBytes),
      storageBytes: Object.fromEntries(
        storage.map(([name, bytes]) => [name, Math.max(0, bytes - share.reservedStorageBytes)]),
      ),
      devices: gpus.reading.devices.filter(({ id }) => !share.hiddenDevices.includes(id)),
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

async function freeDisk(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

async function askNvidia(): Promise<{ reading: DeviceReading; problem?: string }> {
  const run = promisify(execFile)
  try {
    const [query, list] = await Promise.all([
      run('nvidia-smi', nvidiaQuery, { timeout: askTimeoutMs }),
      run('nvidia-smi', nvidiaList, { timeout: askTimeoutMs }),
    ])
    return { reading: readNvidia(query.stdout, list.stdout) }
  } catch (error) {
    const none: DeviceReading = { devices: [], ignored: [] }
    const { code, stdout, message } = error as { code?: unknown; stdout?: string; message: string }
    // No such program: the machine has no NVIDIA driver, which is nothing to report.
    if (code === 'ENOENT') return { reading: none }
    return { reading: none, problem: (stdout ?? '').trim() || message }
  }
}
