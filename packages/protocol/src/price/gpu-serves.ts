import type { GpuStock } from '../ask/ask.ts'
import type { Gpu } from '../workload/workload.ts'

/** What decides whether a card serves: a stock, or one device of it. */
export type GpuKind = Pick<GpuStock, 'vendor' | 'model' | 'memoryBytes' | 'interface'>

/** Whether a card is of a kind that was asked, its memory aside. */
export function isModelAsked(kind: GpuKind, { anyOf }: Pick<Gpu, 'anyOf'>): boolean {
  return (
    anyOf.length === 0 ||
    anyOf.some(
      (wish) =>
        wish.vendor === kind.vendor &&
        (wish.model === undefined || wish.model === kind.model) &&
        (wish.interface === undefined || wish.interface === kind.interface),
    )
  )
}

/** Whether a card is one that the order takes. A size that is named is that size exactly; `minMemoryBytes` is a floor. */
export function isGpuServing(kind: GpuKind, { anyOf, minMemoryBytes = 0 }: Gpu): boolean {
  if (kind.memoryBytes < minMemoryBytes) return false
  return (
    anyOf.length === 0 ||
    anyOf.some(
      (wish) =>
        isModelAsked(kind, { anyOf: [wish] }) &&
        (wish.memoryBytes === undefined || wish.memoryBytes === kind.memoryBytes),
    )
  )
}

/** What one card of the model costs an hour; undefined when the list does not sell it. */
export function gpuPrice(gpuPerHour: Readonly<Record<string, bigint>>, model: string): bigint | undefined {
  if (Object.hasOwn(gpuPerHour, model)) return gpuPerHour[model]
  return Object.hasOwn(gpuPerHour, '*') ? gpuPerHour['*'] : undefined
}
