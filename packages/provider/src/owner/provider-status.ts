import type { Address, Hex, KeptVolume, LeaseEvent, LeaseStatus } from '@sublet/protocol'
import type { AheadStatus } from '../image/ahead/fetch-ahead.ts'
import type { Free } from '../inventory/claims.ts'
import type { Machine } from '../inventory/measure-machine.ts'
import type { Withheld } from '../inventory/withheld.ts'
import type { Mended } from '../lease/reconciler.ts'
import type { Leaving } from '../leaving/leaving-plan.ts'
import type { Earnings } from './earnings.ts'

export interface ProviderStatus {
  address: Address
  runtime: string
  draining: boolean
  /** The owner's plans for being away. */
  leaving: Leaving
  indexers: { address: Address; host: string; port: number; connected: boolean }[]
  used: { cpuMillis: number; memoryBytes: number; devices: number }
  total: { cpuMillis: number; memoryBytes: number; devices: number }
  devices: {
    id: string
    vendor: string
    model: string
    memoryBytes: number
    leased: boolean
    /** Why it is not on offer although no lease holds it: `busy-elsewhere`, `driver-silent`, `no-way-in`. */
    withheld?: Withheld['reason']
  }[]
  leases: LeaseStatus[]
  /** Volumes that outlive their leases. */
  volumes: (KeptVolume & { tenant: Address })[]
  /** Images that were fetched before anybody needed them. */
  imagesAhead: AheadStatus
  /** Token base units in the escrow, free to be withdrawn. */
  balance: bigint
  /** Before the fees of indexers and treasury; today is that of the machine's time zone. */
  earnings: Earnings
  /** The newest events of all leases, oldest first. */
  events: { leaseId: Hex; event: LeaseEvent }[]
  /** What was put right by itself since the start, oldest first. */
  mended: readonly Mended[]
  /** Things that a person should look at. */
  problems: string[]
}

export interface StatusFacts
  extends Pick<
    ProviderStatus,
    | 'address'
    | 'runtime'
    | 'draining'
    | 'leaving'
    | 'indexers'
    | 'leases'
    | 'volumes'
    | 'imagesAhead'
    | 'balance'
    | 'earnings'
    | 'events'
    | 'mended'
  > {
  machine: Machine
  free: Free
  withheld: readonly Withheld[]
}

/** What a provider says of itself to its owner. */
export function statusOf({ machine, free, withheld, ...told }: StatusFacts): ProviderStatus {
  const { capacity } = machine
  const reasons = new Map(withheld.map(({ id, reason }) => [id, reason]))
  const idle = new Set([...free.devices.map(({ id }) => id), ...reasons.keys()])
  return {
    ...told,
    used: {
      cpuMillis: capacity.cpuMillis - free.cpuMillis,
      memoryBytes: capacity.memoryBytes - free.memoryBytes,
      devices: capacity.devices.filter(({ id }) => !idle.has(id)).length,
    },
    total: {
      cpuMillis: capacity.cpuMillis,
      memoryBytes: capacity.memoryBytes,
      devices: capacity.devices.length,
    },
    devices: capacity.devices.map(({ id, vendor, model, memoryBytes }) => {
      const reason = reasons.get(id)
      return {
        id,
        vendor,
        model,
        memoryBytes,
        leased: !idle.has(id),
        ...(reason === undefined ? {} : { withheld: reason }),
      }
    }),
    problems: [
      ...machine.gpus.problems.map(
        ({ vendor, message }) => `The ${vendor} driver does not answer: ${message}`,
      ),
      ...withheld.filter(({ reason }) => reason !== 'driver-silent').map(({ message }) => message),
      ...free.overdrawn.map((name) => `More of ${name} is leased than there is.`),
    ],
  }
}
