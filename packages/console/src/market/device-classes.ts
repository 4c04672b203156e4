import type { Ask, GpuStock } from '@sublet/protocol'

/** One kind of thing that can be rented by the hour, over everybody's asks. */
export interface DeviceClass {
  /** `gpu:rtx4090:25769803776`, `cpu`, `memory`. */
  key: string
  kind: 'gpu' | 'cpu' | 'memory'
  /** Lower-case model; only for GPUs. */
  model: string | undefined
  /** Only for GPUs. */
  memoryBytes: number | undefined
  /** Devices; millicores for `cpu`; bytes for `memory`. */
  total: number
  free: number
  /** Token base units per hour for one device, one core or one GiB; undefined when nobody names a price. */
  lowestPerHour: bigint | undefined
  medianPerHour: bigint | undefined
  highestPerHour: bigint | undefined
  regions: readonly string[]
  providers: number
}

interface Offer {
  total: number
  free: number
  price: bigint | undefined
  ask: Ask
}

/** What one GPU of a stock costs at an ask, in token base units per hour. */
export function gpuPrice(ask: Ask, stock: GpuStock): bigint | undefined {
  return ask.prices.gpuPerHour[stock.model] ?? ask.prices.gpuPerHour['*']
}

/** Every GPU model on offer, dearest first, then cores and memory. */
export function deviceClasses(asks: readonly Ask[]): DeviceClass[] {
  const gpus = new Map<string, { stock: GpuStock; offers: Offer[] }>()
  for (const ask of asks) {
    for (const stock of ask.inventory.gpus) {
      const key = `gpu:${stock.model}:${stock.memoryBytes}`
      const known = gpus.get(key) ?? { stock, offers: [] }
      known.offers.push({ total: stock.total, free: stock.free, price: gpuPrice(ask, stock), ask })
      gpus.set(key, known)
    }
  }
  const classes = [...gpus].map(([key, { stock, offers }]) => ({
    ...summarise(offers),
    key,
    kind: 'gpu' as const,
    model: stock.model,
    memoryBytes: stock.memoryBytes,
  }))
  classes.sort((a, b) => compare(b.medianPerHour, a.medianPerHour) || (a.key < b.key ? -1 : 1))
  if (asks.length === 0) return classes
  const plain = { model: undefined, memoryBytes: undefined }
  const cpu = asks.map((ask) => ({ ...ask.inventory.cpuMillis, price: ask.prices.cpuPerCoreHour, ask }))
  const memory = asks.map((ask) => ({
    ...ask.inventory.memoryBytes,
    price: ask.prices.memoryPerGibHour,
    ask,
  }))
  return [
    ...classes,
    { ...summarise(cpu), ...plain, key: 'cpu', kind: 'cpu' },
    { ...summarise(memory), ...plain, key: 'memory', kind: 'memory' },
  ]
}

function summarise(offers: readonly Offer[]) {
  const prices = offers.flatMap(({ price }) => (price === undefined ? [] : [price])).sort(compare)
  return {
    total: offers.reduce((sum, { total }) => sum + total, 0),
    free: offers.reduce((sum, { free }) => sum + free, 0),
    lowestPerHour: prices.at(0),
    medianPerHour: prices[Math.floor((prices.length - 1) / 2)],
    highestPerHour: prices.at(-1),
    regions: [...new Set(offers.map(({ ask }) => ask.region))].sort(),
    providers: new Set(offers.map(({ ask }) => ask.provider)).size,
  }
}

function compare(a: bigint | undefined, b: bigint | undefined): number {
  if (a === b) return 0
  if (a === undefined) return -1
  if (b === undefined) return 1
  return a < b ? -1 : 1
}
