import type { Address, Ask, GpuStock, Hex, Inventory, PriceList } from '@sublet/protocol'
import type { Capacity, Free } from '../inventory/claims.ts'
import type { Device } from '../inventory/device.ts'
import { offeredPrices } from './own-prices.ts'

export interface AskParts {
  provider: Address
  chainId: number
  token: Address
  prices: PriceList
  capacity: Capacity
  free: Free
  cpuArch: string
  region: string
  attributes: Readonly<Record<string, string>>
  runtime: string
  tenants: readonly Address[]
  publicKey: Hex
  images: readonly string[]
  /** Larger than every earlier ask's. */
  sequence: number
  expiresAtMs: number
  /** Nothing is offered: leases run on, new ones go elsewhere. */
  offersNothing: boolean
  /** That is so because the owner drains the machine. */
  draining: boolean
  /** The next instant at which the provider will be away, milliseconds since 1970. */
  unavailableFromMs?: number | undefined
}

/** Most image names in an ask; those beyond break no ties. */
const mostImages = 200

/** What a provider has and what it costs, ready to be signed. */
export function askOf(parts: AskParts): Ask {
  const { provider, chainId, token, region, runtime, publicKey, sequence, expiresAtMs } = parts
  return {
    provider,
    chainId,
    sequence,
    expiresAtMs,
    token,
    prices: offeredPrices(parts.prices, parts.capacity.devices),
    inventory: inventoryOf(parts),
    region,
    attributes: { ...parts.attributes },
    runtime,
    tenants: [...parts.tenants],
    publicKey,
    images: parts.images.slice(0, mostImages),
    ...(parts.unavailableFromMs === undefined ? {} : { unavailableFromMs: parts.unavailableFromMs }),
    ...(parts.draining ? { draining: true } : {}),
  }
}

function inventoryOf({ capacity, free, cpuArch, offersNothing }: AskParts): Inventory {
  const left = (amount: number) => (offersNothing ? 0 : amount)
  return {
    cpuMillis: { total: capacity.cpuMillis, free: left(free.cpuMillis) },
    cpuArch,
    memoryBytes: { total: capacity.memoryBytes, free: left(free.memoryBytes) },
    storageBytes: Object.fromEntries(
      Object.entries(capacity.storageBytes).map(([name, total]) => [
        name,
        { total, free: left(free.storageBytes[name] ?? 0) },
      ]),
    ),
    gpus: stockOf(capacity.devices, offersNothing ? [] : free.devices),
    ips: { total: capacity.ips, free: left(free.ips) },
  }
}

/** Equal cards counted together, dearest memory first within a model. */
export function stockOf(all: readonly Device[], free: readonly Device[]): GpuStock[] {
  const kind = ({ vendor, model, memoryBytes, interface: bus }: Device) =>
    JSON.stringify([vendor, model, memoryBytes, bus ?? ''])
  const freeIds = new Set(free.map(({ id }) => id))
  const stocks = new Map<string, GpuStock>()
  for (const device of all) {
    const stock = stocks.get(kind(device)) ?? {
      vendor: device.vendor,
      model: device.model,
      memoryBytes: device.memoryBytes,
      ...(device.interface === undefined ? {} : { interface: device.interface }),
      total: 0,
      free: 0,
    }
    stock.total += 1
    if (freeIds.has(device.id)) stock.free += 1
    stocks.set(kind(device), stock)
  }
  return [...stocks.values()].sort(
    (a, b) => (a.model < b.model ? -1 : a.model > b.model ? 1 : 0) || b.memoryBytes - a.memoryBytes,
  )
}
