import { type Ask, type GpuAssignment, needsOf, type Order, sizeWords } from '@sublet/protocol'
import { z } from 'zod'
import type { Claim } from '../inventory/claims.ts'
import type { Device } from '../inventory/device.ts'

export const claimSchema = z.strictObject({
  cpuMillis: z.int().nonnegative(),
  memoryBytes: z.int().nonnegative(),
  storageBytes: z.record(z.string(), z.int().nonnegative()),
  gpuIds: z.array(z.string()),
  ips: z.int().nonnegative(),
})

/** The exact part of the machine that a lease gets. */
export const allocationSchema = z.strictObject({
  claim: claimSchema,
  /** GPU ids by service, then by replica. */
  gpus: z.record(z.string(), z.array(z.array(z.string()))),
  /** For people: `2 × rtx4090`, `0.5 cores`. */
  hardware: z.array(z.string()),
})
export type Allocation = z.output<typeof allocationSchema>

/** Everything but the GPUs, over all units and replicas. */
export function claimOf(order: Pick<Order, 'units' | 'ips'>): Claim {
  const { cpuMillis, memoryBytes, storageBytes, ips } = needsOf(order)
  return { cpuMillis, memoryBytes, storageBytes: Object.fromEntries(storageBytes), gpuIds: [], ips }
}

export interface AllocateParts {
  order: Pick<Order, 'units' | 'ips'>
  /** As `priceAtAsk` found it on the very ask whose stock is given. */
  assignment: GpuAssignment
  stock: Ask['inventory']['gpus']
  /** The devices that the stock counts as free. */
  free: readonly Device[]
}

/**
 * Turns kinds of cards into exact cards. Throws RangeError when the free devices are not those that the stock counts,
 * which is a mistake of the caller's.
 */
export function allocate({ order, assignment, stock, free }: AllocateParts): Allocation {
  const left = [...free]
  const gpus: Record<string, string[][]> = {}
  const cards = new Map<string, number>()
  for (const [index, { service, count, resources }] of order.units.entries()) {
    const kind = stock[assignment.stockOfUnit[index] ?? -1]
    if (resources.gpu === undefined || kind === undefined) continue
    const perReplica = resources.gpu.count
    const ids: string[] = []
    while (ids.length < perReplica * count) {
      const at = left.findIndex(
        (device) =>
          device.vendor === kind.vendor &&
          device.model === kind.model &&
          device.memoryBytes === kind.memoryBytes &&
          device.interface === kind.interface,
      )
      const [device] = at < 0 ? [] : left.splice(at, 1)
      if (device === undefined) throw new RangeError(`the stock counts more ${kind.model} than are free`)
      ids.push(device.id)
    }
    cards.set(kind.model, (cards.get(kind.model) ?? 0) + ids.length)
    gpus[service] = Array.from({ length: count }, (_, replica) =>
      ids.slice(replica * perReplica, (replica + 1) * perReplica),
    )
  }
  const claim = { ...claimOf(order), gpuIds: Object.values(gpus).flat(2) }
  return { claim, gpus, hardware: inWords(claim, cards) }
}

function inWords(claim: Claim, cards: ReadonlyMap<string, number>): string[] {
  const storage = Object.values(claim.storageBytes).reduce((sum, bytes) => sum + bytes, 0)
  return [
    ...[...cards].map(([model, count]) => `${count} × ${model}`),
    `${claim.cpuMillis / 1000} ${claim.cpuMillis === 1000 ? 'core' : 'cores'}`,
    `${sizeWords(claim.memoryBytes)} memory`,
    ...(storage === 0 ? [] : [`${sizeWords(storage)} storage`]),
  ]
}
