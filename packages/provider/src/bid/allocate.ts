import type { Exclusion, Gpu, Order, OrderUnit } from '@sublet/protocol'
import { z } from 'zod'
import type { Claim, Free } from '../inventory/claims.ts'
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

export type Refusal = Pick<Exclusion, 'reason' | 'message'>

export type AllocateResult = { allocation: Allocation; models: string[] } | { refusal: Refusal }

/**
 * Picks exact devices for every unit of an order from what is free: all replicas of a unit get the same kind of card,
 * the cheapest kind that serves. The first thing that is missing is the refusal.
 */
export function allocate(
  order: Pick<Order, 'units' | 'ips'>,
  free: Free,
  gpuPrice: (model: string) => bigint,
): AllocateResult {
  const need = claimOf(order)
  const short = firstShortage(need, free)
  if (short !== undefined) return { refusal: short }
  let left = [...free.devices]
  const gpus: Record<string, string[][]> = {}
  const models: string[] = []
  const cards = new Map<string, number>()
  for (const unit of order.units) {
    const { gpu } = unit.resources
    if (gpu === undefined) continue
    const chosen = chooseCards(unit, gpu, left, gpuPrice)
    if ('refusal' in chosen) return chosen
    const taken = new Set(chosen.devices.map(({ id }) => id))
    left = left.filter(({ id }) => !taken.has(id))
    models.push(chosen.model)
    cards.set(chosen.model, (cards.get(chosen.model) ?? 0) + chosen.devices.length)
    gpus[unit.service] = Array.from({ length: unit.count }, (_, replica) =>
      chosen.devices.slice(replica * gpu.count, (replica + 1) * gpu.count).map(({ id }) => id),
    )
  }
  const claim: Claim = { ...need, gpuIds: Object.values(gpus).flat(2) }
  return {
    allocation: { claim: { ...claim, gpuIds: [...claim.gpuIds] }, gpus, hardware: inWords(need, cards) },
    models,
  }
}

/** Everything but the GPUs, over all units and replicas. Volumes of class `ram` are memory. */
export function claimOf({ units, ips }: Pick<Order, 'units' | 'ips'>): Claim {
  const claim = { cpuMillis: 0, memoryBytes: 0, storageBytes: { default: 0 } as Record<string, number>, ips }
  for (const { count, resources } of units) {
    claim.cpuMillis += resources.cpuMillis * count
    claim.memoryBytes += resources.memoryBytes * count
    claim.storageBytes.default = (claim.storageBytes.default ?? 0) + resources.storageBytes * count
    for (const { class: name, sizeBytes } of resources.volumes) {
      if (name === 'ram') claim.memoryBytes += sizeBytes * count
      else claim.storageBytes[name] = (claim.storageBytes[name] ?? 0) + sizeBytes * count
    }
  }
  return { ...claim, gpuIds: [] }
}

function firstShortage(need: Claim, free: Free): Refusal | undefined {
  if (need.cpuMillis > free.cpuMillis) {
    return refuse('cpu', `${cores(need.cpuMillis)} were asked, ${cores(free.cpuMillis)} are free.`)
  }
  if (need.memoryBytes > free.memoryBytes) {
    return refuse(
      'memory',
      `${gib(need.memoryBytes)} of memory were asked, ${gib(free.memoryBytes)} are free.`,
    )
  }
  for (const [name, bytes] of Object.entries(need.storageBytes)) {
    if (bytes === 0) continue
    const left = free.storageBytes[name]
    if (left === undefined) return refuse('storage-class', `There is no storage of class ${name} here.`)
    if (bytes > left)
      return refuse('storage', `${gib(bytes)} of ${name} storage were asked, ${gib(left)} are free.`)
  }
  if (need.ips > free.ips) return refuse('ip', `${need.ips} addresses were asked, ${free.ips} are free.`)
  return undefined
}

interface Chosen {
  model: string
  devices: Device[]
}

function chooseCards(
  unit: OrderUnit,
  gpu: Gpu,
  free: readonly Device[],
  gpuPrice: (model: string) => bigint,
): Chosen | { refusal: Refusal } {
  const wanted = gpu.count * unit.count
  const fits = free.filter((device) => serves(device, gpu))
  const kinds = new Map<string, Device[]>()
  for (const device of fits) {
    const { vendor, model, memoryBytes, interface: bus } = device
    const kind = JSON.stringify([vendor, model, memoryBytes, bus ?? ''])
    kinds.set(kind, [...(kinds.get(kind) ?? []), device])
  }
  const enough = [...kinds.values()].filter((devices) => devices.length >= wanted)
  enough.sort(([a], [b]) => compareKinds(a, b, gpuPrice))
  const [best] = enough
  const model = best?.[0]?.model
  if (best === undefined || model === undefined) {
    const most = Math.max(0, ...[...kinds.values()].map((devices) => devices.length))
    return {
      refusal: refuse(
        'gpu-count',
        `${wanted} equal GPUs were asked for ${unit.service}, ${most} that serve are free.`,
      ),
    }
  }
  return { model, devices: best.slice(0, wanted) }
}

/** Cheapest first, then the smallest that serves, so that large cards stay for those who need them. */
function compareKinds(
  a: Device | undefined,
  b: Device | undefined,
  gpuPrice: (model: string) => bigint,
): number {
  if (a === undefined || b === undefined) return 0
  const [priceA, priceB] = [gpuPrice(a.model), gpuPrice(b.model)]
  if (priceA !== priceB) return priceA < priceB ? -1 : 1
  return a.memoryBytes - b.memoryBytes || (a.model < b.model ? -1 : 1)
}

/** Whether a card is one that the order takes. */
export function serves(device: Device, { anyOf, minMemoryBytes = 0 }: Gpu): boolean {
  if (device.memoryBytes < minMemoryBytes) return false
  if (anyOf.length === 0) return true
  return anyOf.some(
    (wish) =>
      wish.vendor === device.vendor &&
      (wish.model === undefined || wish.model === device.model) &&
      (wish.memoryBytes === undefined || wish.memoryBytes === device.memoryBytes) &&
      (wish.interface === undefined || wish.interface === device.interface),
  )
}

function refuse(reason: Refusal['reason'], message: string): Refusal {
  return { reason, message }
}

function inWords(need: Claim, cards: ReadonlyMap<string, number>): string[] {
  const storage = Object.values(need.storageBytes).reduce((sum, bytes) => sum + bytes, 0)
  return [
    ...[...cards].map(([model, count]) => `${count} × ${model}`),
    cores(need.cpuMillis),
    `${gib(need.memoryBytes)} memory`,
    ...(storage === 0 ? [] : [`${gib(storage)} storage`]),
  ]
}

function cores(cpuMillis: number): string {
  return `${cpuMillis / 1000} ${cpuMillis === 1000 ? 'core' : 'cores'}`
}

function gib(bytes: number): string {
  return `${Math.round((bytes / 1024 ** 3) * 100) / 100} GiB`
}
