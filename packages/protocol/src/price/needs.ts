import type { Order } from '../order/order.ts'

/** Everything that an order asks for except GPUs, over all units and replicas. */
export interface OrderNeeds {
  cpuMillis: number
  /** Volumes of class `ram` are memory. */
  memoryBytes: number
  /** By class; a container's own space is `default`. Classes of which nothing is asked are absent. */
  storageBytes: ReadonlyMap<string, number>
  endpoints: number
  ips: number
}

/** Storage class whose volumes live in memory. */
export const memoryClass = 'ram'

/** Sums up an order's units. */
export function needsOf({ units, ips }: Pick<Order, 'units' | 'ips'>): OrderNeeds {
  const needs = { cpuMillis: 0, memoryBytes: 0, endpoints: 0, ips }
  const storageBytes = new Map<string, number>()
  const store = (name: string, bytes: number) => {
    if (bytes > 0) storageBytes.set(name, (storageBytes.get(name) ?? 0) + bytes)
  }
  for (const { count, resources, endpoints } of units) {
    needs.cpuMillis += resources.cpuMillis * count
    needs.memoryBytes += resources.memoryBytes * count
    needs.endpoints += endpoints * count
    store('default', resources.storageBytes * count)
    for (const volume of resources.volumes) {
      if (volume.class === memoryClass) needs.memoryBytes += volume.sizeBytes * count
      else store(volume.class, volume.sizeBytes * count)
    }
  }
  return { ...needs, storageBytes }
}
