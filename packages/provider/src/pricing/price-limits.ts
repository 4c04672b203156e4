import { type Order, type PriceList, priceOrder } from '@sublet/protocol'
import { mapPrices, priceOfModel, type SomePrices } from './own-prices.ts'

/** Between what the owner's prices may move, by class. What is not named has no limit. */
export interface PriceLimits {
  floor: SomePrices
  ceiling: SomePrices
}

export const noLimits: PriceLimits = { floor: {}, ceiling: {} }

function limitOf(limits: SomePrices, part: keyof PriceList, name: string | undefined): bigint | undefined {
  const limit = limits[part]
  if (limit === undefined || typeof limit === 'bigint') return limit
  if (name === undefined) return undefined
  return part === 'gpuPerHour'
    ? priceOfModel(limit, name)
    : Object.hasOwn(limit, name)
      ? limit[name]
      : undefined
}

/** Every price raised to its floor and lowered to its ceiling; where the two cross, the floor counts. */
export function withinLimits(prices: PriceList, { floor, ceiling }: PriceLimits): PriceList {
  return mapPrices(prices, (price, part, name) => {
    const least = limitOf(floor, part, name)
    const most = limitOf(ceiling, part, name)
    const lowered = most !== undefined && price > most ? most : price
    return least !== undefined && lowered < least ? least : lowered
  })
}

/** Where a floor is above its ceiling, in words; empty when all is well. */
export function crossedLimits({ floor, ceiling }: PriceLimits): string[] {
  const crossed: string[] = []
  for (const part of Object.keys(floor) as (keyof PriceList)[]) {
    const limit = floor[part]
    const names = limit === undefined || typeof limit === 'bigint' ? [undefined] : Object.keys(limit)
    for (const name of names) {
      const least = limitOf(floor, part, name)
      const most = limitOf(ceiling, part, name)
      if (least !== undefined && most !== undefined && least > most) {
        crossed.push(name === undefined ? part : `${part} of ${name}`)
      }
    }
  }
  return crossed
}

/**
 * The least that an order may pay: the same arithmetic as its price, over the floors. It is never above the price at a
 * list that `withinLimits` made, for the price of an order never falls when a price of the list rises.
 */
export function floorRateOf(
  order: Pick<Order, 'units' | 'ips'>,
  gpuModels: readonly (string | undefined)[],
  floor: SomePrices,
): bigint {
  const models = gpuModels.filter((model) => model !== undefined)
  return priceOrder(
    order,
    {
      cpuPerCoreHour: floor.cpuPerCoreHour ?? 0n,
      memoryPerGibHour: floor.memoryPerGibHour ?? 0n,
      endpointPerHour: floor.endpointPerHour ?? 0n,
      ipPerHour: floor.ipPerHour ?? 0n,
      storagePerGibHour: floor.storagePerGibHour ?? {},
      gpuPerHour: Object.fromEntries(
        models.map((model) => [model, priceOfModel(floor.gpuPerHour ?? {}, model) ?? 0n]),
      ),
    },
    gpuModels,
  )
}
