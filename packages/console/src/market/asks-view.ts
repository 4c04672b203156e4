import type { Ask } from '@sublet/protocol'
import { gpuPrice } from './device-classes.ts'

/** What a person asked to see of the market; it lives in the page's address. */
export interface MarketFilter {
  /** A GPU model; `cpu` for providers without GPUs. */
  gpu?: string | undefined
  region?: string | undefined
  /** Only asks with something free of what was asked for. */
  free?: boolean | undefined
}

/** The asks that fit, cheapest first in what the filter names (a GPU, else a core). */
export function visibleAsks<T extends { ask: Ask }>(offers: readonly T[], filter: MarketFilter): T[] {
  return offers
    .filter(({ ask }) => fits(ask, filter))
    .sort((a, b) => {
      const left = sortPrice(a.ask, filter.gpu)
      const right = sortPrice(b.ask, filter.gpu)
      if (left !== right) return left < right ? -1 : 1
      return a.ask.provider < b.ask.provider ? -1 : 1
    })
}

function fits(ask: Ask, { gpu, region, free }: MarketFilter): boolean {
  if (region !== undefined && ask.region !== region) return false
  const stocks = ask.inventory.gpus
  const wanted = gpu === undefined || gpu === 'cpu' ? stocks : stocks.filter(({ model }) => model === gpu)
  if (gpu === 'cpu' ? stocks.length > 0 : gpu !== undefined && wanted.length === 0) return false
  if (free !== true) return true
  const cores = ask.inventory.cpuMillis.free > 0
  return wanted.length === 0 ? cores : cores && wanted.some((stock) => stock.free > 0)
}

function sortPrice(ask: Ask, gpu: string | undefined): bigint {
  const stock = ask.inventory.gpus.find(({ model }) => model === gpu)
  return (stock === undefined ? undefined : gpuPrice(ask, stock)) ?? ask.prices.cpuPerCoreHour
}

/** What there is to choose from in the two filters. */
export function filterChoices(asks: readonly Ask[]): { gpus: string[]; regions: string[] } {
  return {
    gpus: [...new Set(asks.flatMap((ask) => ask.inventory.gpus.map(({ model }) => model)))].sort(),
    regions: [...new Set(asks.map(({ region }) => region))].sort(),
  }
}

/** Millicores for people: `0.5`, `64`. */
export function formatCores(cpuMillis: number): string {
  return `${Number((cpuMillis / 1000).toFixed(cpuMillis < 10_000 ? 2 : 0))}`
}
