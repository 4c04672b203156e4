import type { PriceList } from '@sublet/protocol'
import type { MarketPrice, MarketPrices } from './market-prices.ts'
import { priceOfModel, type SomePrices } from './own-prices.ts'

/** One proposed price, and where it comes from. */
export interface ProposedPrice {
  /** `cpu core`, `memory GiB`, or a GPU model. */
  what: string
  /** Token base units per hour. */
  perHour: bigint
  /** `market`: the median that others ask; `default` where nobody sells it or no network was asked. */
  source: 'market' | 'default'
  /** How many others sell it. */
  sellers: number
}

/** Prices for a newcomer: what others ask for the like, and the defaults for what nobody sells. */
export function proposePrices(
  defaults: PriceList,
  market: MarketPrices | undefined,
  models: readonly string[],
): { prices: SomePrices; proposed: ProposedPrice[] } {
  const propose = (what: string, found: MarketPrice | undefined, otherwise: bigint): ProposedPrice =>
    found === undefined
      ? { what, perHour: otherwise, source: 'default', sellers: 0 }
      : { what, perHour: found.asked, source: 'market', sellers: found.sellers }
  const cpu = propose('cpu core', market?.cpuPerCoreHour, defaults.cpuPerCoreHour)
  const memory = propose('memory GiB', market?.memoryPerGibHour, defaults.memoryPerGibHour)
  const gpus = [...new Set(models)]
    .sort()
    .map((model) => propose(model, market?.gpuPerHour[model], priceOfModel(defaults.gpuPerHour, model) ?? 0n))
  return {
    prices: {
      cpuPerCoreHour: cpu.perHour,
      memoryPerGibHour: memory.perHour,
      gpuPerHour: Object.fromEntries(gpus.map(({ what, perHour }) => [what, perHour])),
    },
    proposed: [...gpus, cpu, memory],
  }
}
