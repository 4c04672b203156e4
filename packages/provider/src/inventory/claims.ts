import type { Device } from './device.ts'

/** Everything a machine offers. Integers, never negative. */
export interface Capacity {
  cpuMillis: number
  memoryBytes: number
  /** By class; `default` is where containers live. */
  storageBytes: Record<string, number>
  devices: readonly Device[]
  ips: number
}

/** What one reservation or lease holds of it. */
export interface Claim {
  cpuMillis: number
  memoryBytes: number
  storageBytes: Record<string, number>
  gpuIds: readonly string[]
  ips: number
}

export const noClaim: Claim = { cpuMillis: 0, memoryBytes: 0, storageBytes: {}, gpuIds: [], ips: 0 }

export interface Free {
  cpuMillis: number
  memoryBytes: number
  storageBytes: Record<string, number>
  devices: Device[]
  ips: number
  /** What is claimed beyond what there is: a card was pulled out, a disk became smaller. For people to see. */
  overdrawn: string[]
}

/**
 * What nobody claims. Never negative: where more is claimed than is there, nothing is free and the lack is named.
 * Throws RangeError when a sum leaves the exact integers or one device is claimed twice.
 */
export function freeOf(capacity: Capacity, claims: readonly Claim[]): Free {
  const overdrawn: string[] = []
  const left = (name: string, total: number, used: number) => {
    if (used > total) overdrawn.push(name)
    return Math.max(0, total - used)
  }
  const claimedDevices = new Set<string>()
  for (const { gpuIds } of claims) {
    for (const id of gpuIds) {
      if (claimedDevices.has(id)) throw new RangeError(`device ${id} is claimed twice`)
      claimedDevices.add(id)
    }
  }
  const present = new Set(capacity.devices.map(({ id }) => id))
  for (const id of claimedDevices) if (!present.has(id)) overdrawn.push(id)
  return {
    cpuMillis: left(
      'cpu',
      capacity.cpuMillis,
      sum(claims, (claim) => claim.cpuMillis),
    ),
    memoryBytes: left(
      'memory',
      capacity.memoryBytes,
      sum(claims, (claim) => claim.memoryBytes),
    ),
    storageBytes: Object.fromEntries(
      Object.entries(capacity.storageBytes).map(([name, total]) => [
        name,
        left(
          `storage ${name}`,
          total,
          sum(claims, (claim) => claim.storageBytes[name] ?? 0),
        ),
      ]),
    ),
    devices: capacity.devices.filter(({ id }) => !claimedDevices.has(id)),
    ips: left(
      'ips',
      capacity.ips,
      sum(claims, (claim) => claim.ips),
    ),
    overdrawn,
  }
}

function sum(claims: readonly Claim[], of: (claim: Claim) => number): number {
  return claims.reduce((total, claim) => {
    const next = total + of(claim)
    if (!Number.isSafeInteger(next) || of(claim) < 0)
      throw new RangeError('a claim is no whole positive number')
    return next
  }, 0)
}
