import type { DiskHeld } from '../runtime/runtime.ts'
import type { Device } from './device.ts'

/** Everything a machine offers. Integers, never negative. */
export interface Capacity {
  cpuMillis: number
  memoryBytes: number
  /** By class; `default` is where containers live. */
  storageBytes: Record<string, number>
  /** Classes that lie on one disk have one name here, and share its room. A class that is not named has its own. */
  storagePools?: Readonly<Record<string, string>>
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
 *
 * @param withheld ids of devices that are there but not to be offered now.
 */
export function freeOf(
  capacity: Capacity,
  claims: readonly Claim[],
  withheld: ReadonlySet<string> = new Set(),
): Free {
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
          sum(claims, (claim) => inPoolOf(capacity.storagePools, name, claim.storageBytes)),
        ),
      ]),
    ),
    devices: capacity.devices.filter(({ id }) => !claimedDevices.has(id) && !withheld.has(id)),
    ips: left(
      'ips',
      capacity.ips,
      sum(claims, (claim) => claim.ips),
    ),
    overdrawn,
  }
}

/** What is used of all classes that share a disk with the one named. */
function inPoolOf(
  pools: Capacity['storagePools'],
  name: string,
  bytes: Readonly<Record<string, number>>,
): number {
  const pool = pools?.[name]
  if (pool === undefined) return bytes[name] ?? 0
  return Object.entries(bytes).reduce(
    (total, [other, size]) => (pools?.[other] === pool ? total + size : total),
    0,
  )
}

/** A class of which there is too little once all that is asked on the same disk is added up; undefined when it fits. */
export function crowdedClass(
  asked: Readonly<Record<string, number>>,
  free: Readonly<Record<string, number>>,
  pools: Capacity['storagePools'],
): string | undefined {
  return Object.keys(asked).find((name) => inPoolOf(pools, name, asked) > (free[name] ?? 0))
}

function sum(claims: readonly Claim[], of: (claim: Claim) => number): number {
  return claims.reduce((total, claim) => {
    const next = total + of(claim)
    if (!Number.isSafeInteger(next) || of(claim) < 0)
      throw new RangeError('a claim is no whole positive number')
    return next
  }, 0)
}

/** A capacity measured on a disk that already holds some things which claims count as well. */
export function withHeld(capacity: Capacity, held: readonly DiskHeld[]): Capacity {
  const heldBytes: Record<string, number> = {}
  for (const one of held) heldBytes[one.class] = (heldBytes[one.class] ?? 0) + one.heldBytes
  const storageBytes = Object.fromEntries(
    Object.entries(capacity.storageBytes).map(([name, free]) => [
      name,
      free + inPoolOf(capacity.storagePools, name, heldBytes),
    ]),
  )
  return { ...capacity, storageBytes }
}
