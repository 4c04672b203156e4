import type { Ask } from '../ask/ask.ts'
import type { Order } from '../order/order.ts'
import { assignGpus, type GpuAssignment } from './assign-gpus.ts'
import { priceOrder } from './price-order.ts'

export interface OrderPrice {
  /** Token base units per hour. */
  ratePerHour: bigint
  gpus: GpuAssignment
}

/**
 * What an order costs at an ask with the cheapest of its free cards; undefined when the cards cannot serve. CPU, memory
 * and storage are priced whether or not they are free.
 */
export function priceAtAsk(
  order: Pick<Order, 'units' | 'ips'>,
  ask: Pick<Ask, 'prices' | 'inventory'>,
): OrderPrice | undefined {
  const { gpus: stock } = ask.inventory
  const gpus = assignGpus(order.units, stock, ask.prices.gpuPerHour)
  if (gpus === undefined) return undefined
  const models = gpus.stockOfUnit.map((index) => (index === undefined ? undefined : stock[index]?.model))
  return { ratePerHour: priceOrder(order, ask.prices, models), gpus }
}
