import type { PriceList } from '../ask/ask.ts'
import type { Order } from '../order/order.ts'
import { gibibyte } from '../units/units.ts'
import { gpuPrice } from './gpu-serves.ts'
import { needsOf } from './needs.ts'

const millisPerCore = 1000n
const bytesPerGib = BigInt(gibibyte)
/** Every part of the price is a whole number of these, so the sum is exact and rounds once. */
const denominator = millisPerCore * bytesPerGib

/**
 * What an order costs at a price list, in token base units per hour: exact, and rounded up once at the end. A storage
 * class or GPU that the list does not name counts nothing here; `screen` refuses those.
 *
 * @param gpuModels the model that serves each unit, in the units' order, as `assignGpus` finds it; undefined where a
 * unit has no GPU.
 */
export function priceOrder(
  order: Pick<Order, 'units' | 'ips'>,
  prices: PriceList,
  gpuModels: readonly (string | undefined)[] = [],
): bigint {
  const needs = needsOf(order)
  let sum = BigInt(needs.cpuMillis) * prices.cpuPerCoreHour * bytesPerGib
  let bytes = BigInt(needs.memoryBytes) * prices.memoryPerGibHour
  for (const [name, size] of needs.storageBytes) {
    if (Object.hasOwn(prices.storagePerGibHour, name)) {
      bytes += BigInt(size) * (prices.storagePerGibHour[name] ?? 0n)
    }
  }
  sum += bytes * millisPerCore
  let whole = BigInt(needs.endpoints) * prices.endpointPerHour + BigInt(needs.ips) * prices.ipPerHour
  for (const [index, { count, resources }] of order.units.entries()) {
    const model = gpuModels[index]
    if (resources.gpu === undefined || model === undefined) continue
    whole += BigInt(resources.gpu.count * count) * (gpuPrice(prices.gpuPerHour, model) ?? 0n)
  }
  return (sum + denominator - 1n) / denominator + whole
}
