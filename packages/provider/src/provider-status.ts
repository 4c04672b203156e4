import type { Address, LeaseStatus } from '@sublet/protocol'
import type { Free } from './inventory/claims.ts'
import type { Machine } from './inventory/measure-machine.ts'

export interface ProviderStatus {
  address: Address
  runtime: string
  draining: boolean
  indexers: { address: Address; host: string; port: number; connected: boolean }[]
  used: { cpuMillis: number; memoryBytes: number; devices: number }
  total: { cpuMillis: number; memoryBytes: number; devices: number }
  devices: { id: string; vendor: string; model: string; memoryBytes: number; leased: boolean }[]
  leases: LeaseStatus[]
  /** Token base units in the escrow, free to be withdrawn. */
  balance: bigint
  /** Things that a person should look at. */
  problems: string[]
}

export interface StatusFacts
  extends Pick<ProviderStatus, 'address' | 'runtime' | 'draining' | 'indexers' | 'leases' | 'balance'> {
  machine: Machine
  free: Free
}

/** What a provider says of itself to its owner. */
export function statusOf({ machine, free, ...told }: StatusFacts): ProviderStatus {
  const { capacity } = machine
  const freeIds = new Set(free.devices.map(({ id }) => id))
  return {
    ...told,
    used: {
      cpuMillis: capacity.cpuMillis - free.cpuMillis,
      memoryBytes: capacity.memoryBytes - free.memoryBytes,
      devices: capacity.devices.length - free.devices.length,
    },
    total: {
      cpuMillis: capacity.cpuMillis,
      memoryBytes: capacity.memoryBytes,
      devices: capacity.devices.length,
    },
    devices: capacity.devices.map(({ id, vendor, model, memoryBytes }) => ({
      id,
      vendor,
      model,
      memoryBytes,
      leased: !freeIds.has(id),
    })),
    problems: [
      ...(machine.gpuProblem === undefined ? [] : [machine.gpuProblem]),
      ...free.overdrawn.map((name) => `More of ${name} is leased than there is.`),
    ],
  }
}
