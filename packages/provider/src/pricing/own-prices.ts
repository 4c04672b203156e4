import type { PriceList } from '@sublet/protocol'
import type { Device } from '../inventory/device.ts'

/** Prices by class, each of which may be left out. Token base units per hour. */
export type SomePrices = {
  [Part in keyof PriceList]?: PriceList[Part] | undefined
}

/** The owner's prices over others; within maps, name by name. */
export function withOwnPrices(prices: PriceList, own: SomePrices): PriceList {
  return {
    cpuPerCoreHour: own.cpuPerCoreHour ?? prices.cpuPerCoreHour,
    memoryPerGibHour: own.memoryPerGibHour ?? prices.memoryPerGibHour,
    endpointPerHour: own.endpointPerHour ?? prices.endpointPerHour,
    ipPerHour: own.ipPerHour ?? prices.ipPerHour,
    storagePerGibHour: { ...prices.storagePerGibHour, ...own.storagePerGibHour },
    gpuPerHour: { ...prices.gpuPerHour, ...own.gpuPerHour },
  }
}

/** The same for prices of which some are left out. */
export function joinPrices(below: SomePrices, above: SomePrices): SomePrices {
  const given = Object.fromEntries(Object.entries(above).filter(([, value]) => value !== undefined))
  return {
    ...below,
    ...given,
    storagePerGibHour: { ...below.storagePerGibHour, ...above.storagePerGibHour },
    gpuPerHour: { ...below.gpuPerHour, ...above.gpuPerHour },
  }
}

/** A model's own price, a slice's share of its card's, or the wildcard's. */
export function priceOfModel(
  gpuPerHour: Readonly<Record<string, bigint>>,
  model: string,
): bigint | undefined {
  const named = (name: string) => (Object.hasOwn(gpuPerHour, name) ? gpuPerHour[name] : undefined)
  const [card = '', profile] = model.split('-mig-')
  const share = Number(/(\d)g/.exec(profile ?? '')?.[1] ?? 0)
  const own = named(model)
  if (own !== undefined) return own
  const whole = named(card) ?? named('*')
  // A card has seven slices of compute.
  return share === 0 || whole === undefined ? whole : (whole * BigInt(share) + 6n) / 7n
}

/** Only the models that are here; the wildcard becomes the price of each that the list does not name. */
export function offeredPrices(prices: PriceList, devices: readonly Device[]): PriceList {
  const models = [...new Set(devices.map(({ model }) => model))].sort()
  const gpuPerHour = Object.fromEntries(
    models.map((model) => [model, priceOfModel(prices.gpuPerHour, model) ?? 0n]),
  )
  return { ...prices, gpuPerHour }
}

/** Every price through the same function, which is told the part and, within maps, the name. */
export function mapPrices(
  prices: PriceList,
  change: (price: bigint, part: keyof PriceList, name: string | undefined) => bigint,
): PriceList {
  const mapped = (part: 'storagePerGibHour' | 'gpuPerHour') =>
    Object.fromEntries(Object.entries(prices[part]).map(([name, price]) => [name, change(price, part, name)]))
  const single = (part: 'cpuPerCoreHour' | 'memoryPerGibHour' | 'endpointPerHour' | 'ipPerHour') =>
    change(prices[part], part, undefined)
  return {
    cpuPerCoreHour: single('cpuPerCoreHour'),
    memoryPerGibHour: single('memoryPerGibHour'),
    endpointPerHour: single('endpointPerHour'),
    ipPerHour: single('ipPerHour'),
    storagePerGibHour: mapped('storagePerGibHour'),
    gpuPerHour: mapped('gpuPerHour'),
  }
}
