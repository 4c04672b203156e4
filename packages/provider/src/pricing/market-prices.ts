import type { Address, Ask, PriceList } from '@sublet/protocol'
import { mapPrices } from './own-prices.ts'

/** What one class of compute goes for elsewhere, token base units per hour. */
export interface MarketPrice {
  /** The median of what others ask. */
  asked: bigint
  /** The median of what is asked by those of whom some of it is rented; undefined where nobody rents any. */
  rented?: bigint
  /** How many others sell it. */
  sellers: number
}

export interface MarketPrices {
  cpuPerCoreHour?: MarketPrice
  memoryPerGibHour?: MarketPrice
  gpuPerHour: Record<string, MarketPrice>
}

/** Whose asks are compared, in which money. */
export interface MarketView {
  /** Own asks say nothing about others. */
  self?: Address | undefined
  chainId: number
  token: Address
  nowMs: number
}

/**
 * What comparable compute goes for, from the asks that indexers publish. An ask's stock says how much of it is rented,
 * so the price of those who have tenants is the price that wins. Each provider has one voice per class, whatever it
 * says to have: a made-up stock weighs no more than a real one.
 */
export function marketPrices(asks: readonly Ask[], view: MarketView): MarketPrices {
  const latest = new Map<Address, Ask>()
  for (const ask of asks) {
    if (ask.chainId !== view.chainId || ask.expiresAtMs <= view.nowMs) continue
    if (ask.token.toLowerCase() !== view.token.toLowerCase()) continue
    if (view.self !== undefined && ask.provider.toLowerCase() === view.self.toLowerCase()) continue
    const known = latest.get(ask.provider)
    if (known === undefined || known.sequence < ask.sequence) latest.set(ask.provider, ask)
  }
  const others = [...latest.values()]
  const cpu = priceOf(
    others.map(({ prices, inventory }) => [prices.cpuPerCoreHour, isRented(inventory.cpuMillis)]),
  )
  const memory = priceOf(
    others.map(({ prices, inventory }) => [prices.memoryPerGibHour, isRented(inventory.memoryBytes)]),
  )
  const voices = new Map<string, [price: bigint, rented: boolean][]>()
  for (const { prices, inventory } of others) {
    for (const model of new Set(inventory.gpus.map((gpu) => gpu.model))) {
      const price = prices.gpuPerHour[model] ?? prices.gpuPerHour['*']
      if (price === undefined) continue
      const rented = inventory.gpus.some((gpu) => gpu.model === model && isRented(gpu))
      voices.set(model, [...(voices.get(model) ?? []), [price, rented]])
    }
  }
  const gpus = [...voices].flatMap(([model, of]) => {
    const price = priceOf(of)
    return price === undefined ? [] : [[model, price] as const]
  })
  return {
    ...(cpu === undefined ? {} : { cpuPerCoreHour: cpu }),
    ...(memory === undefined ? {} : { memoryPerGibHour: memory }),
    gpuPerHour: Object.fromEntries(gpus),
  }
}

const isRented = ({ total, free }: { total: number; free: number }) => free < total

function priceOf(voices: readonly (readonly [price: bigint, rented: boolean])[]): MarketPrice | undefined {
  const sold = voices.filter(([price]) => price > 0n)
  const asked = median(sold.map(([price]) => price))
  if (asked === undefined) return undefined
  const rented = median(sold.flatMap(([price, isTaken]) => (isTaken ? [price] : [])))
  return { asked, sellers: sold.length, ...(rented === undefined ? {} : { rented }) }
}

/** The lower of the two middle ones where their number is even. */
function median(values: readonly bigint[]): bigint | undefined {
  const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return sorted[Math.floor((sorted.length - 1) / 2)]
}

/**
 * One step of one's own prices towards what is rented elsewhere: never past it, and by at most a share of the price.
 * What nobody rents elsewhere stays.
 *
 * @param stepBps the most that a price moves, in hundredths of a percent of itself; at least one base unit.
 */
export function followMarket(prices: PriceList, market: MarketPrices, stepBps: number): PriceList {
  return mapPrices(prices, (price, part, name) => {
    const target =
      part === 'gpuPerHour'
        ? market.gpuPerHour[name ?? '']?.rented
        : part === 'cpuPerCoreHour' || part === 'memoryPerGibHour'
          ? market[part]?.rented
          : undefined
    if (target === undefined) return price
    const share = (price * BigInt(stepBps)) / 10_000n
    const most = share > 0n ? share : 1n
    const way = target - price
    return price + (way > most ? most : way < -most ? -most : way)
  })
}
