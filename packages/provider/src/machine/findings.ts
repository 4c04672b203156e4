import { gibibyte, sizeWords } from '@sublet/protocol'
import type { DiskMeans } from '../disk/disk-means.ts'
import type { DiskClass } from '../inventory/disk-class.ts'
import { cureFor, type System } from './install-commands.ts'

/** One thing about the machine, in a sentence, with the command or the step that mends it. */
export interface Finding {
  level: 'ok' | 'warning' | 'error'
  what: string
  cure?: string
}

/** Below these a lease hardly finds room. */
const leastMemoryBytes = 2 * gibibyte
const leastStorageBytes = 10 * gibibyte

export interface SizeFacts {
  cpuMillis: number
  cpuModel: string
  memoryBytes: number
  storageBytes: number
  diskClass: DiskClass | undefined
  linkMegabits: number | undefined
}

const diskWords: Record<DiskClass, string> = { nvme: 'NVMe disk', ssd: 'SSD', hdd: 'hard disk' }

export function sizeFindings(size: SizeFacts): Finding[] {
  const { cpuMillis, cpuModel, memoryBytes, storageBytes, diskClass, linkMegabits } = size
  const disk = diskClass === undefined ? 'disk' : diskWords[diskClass]
  return [
    {
      level: 'ok',
      what: `${cpuMillis / 1000} processor cores${cpuModel === '' ? '' : `, ${cpuModel}`}.`,
    },
    memoryBytes < leastMemoryBytes
      ? {
          level: 'warning',
          what: `Only ${sizeWords(memoryBytes)} of memory.`,
          cure: 'Offer a machine with 2 GiB or more.',
        }
      : { level: 'ok', what: `${sizeWords(memoryBytes)} of memory.` },
    storageBytes < leastStorageBytes
      ? {
          level: 'warning',
          what: `Only ${sizeWords(storageBytes)} of ${disk} are free.`,
          cure: 'Free some, or name another folder with --data.',
        }
      : { level: 'ok', what: `${sizeWords(storageBytes)} of ${disk} are free.` },
    ...(linkMegabits === undefined
      ? []
      : [{ level: 'ok' as const, what: `A network link of ${linkMegabits} Mbit/s.` }]),
  ]
}

export interface EngineFacts {
  system: System
  engine: string | undefined
  problem: { message: string; hint: string | undefined } | undefined
  /** Whether leases can be kept from the machine's own network; undefined where nobody but the engine could. */
  firewall: boolean | undefined
}

export function engineFindings({ system, engine, problem, firewall }: EngineFacts): Finding[] {
  if (engine === undefined) {
    const install = cureFor('docker', system)
    const isThere = problem !== undefined && !problem.message.includes('No Docker or Podman socket')
    return [
      {
        level: 'error',
        what: problem?.message ?? 'No container engine answers.',
        cure: isThere ? (problem.hint ?? install) : install,
      },
    ]
  }
  const found: Finding = { level: 'ok', what: `${engine === 'podman' ? 'Podman' : 'Docker'} answers.` }
  if (firewall === true) return [found]
  if (firewall === undefined) {
    return [
      found,
      {
        level: 'warning',
        what: 'Leases reach this machine’s network through this engine, so only your own tenants are served.',
        cure: 'Offer a Linux machine with Docker, or set `strangersWithout: ["network"]` to serve everybody all the same.',
      },
    ]
  }
  return [
    found,
    {
      level: 'warning',
      what: 'Leases could reach services of this machine and of its network, so only your own tenants are served.',
      cure: `Run the provider as root with iptables installed: ${cureFor('iptables', system)}`,
    },
  ]
}

/** Whether tenants can write more than they have rented. */
export function diskFindings({ lack }: DiskMeans): Finding[] {
  if (lack === undefined) {
    return [{ level: 'ok', what: 'Services can write what they have rented, and no more.' }]
  }
  return [{ level: 'warning', ...lack }]
}
