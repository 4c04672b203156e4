import type { Ask, GpuStock } from '../ask/ask.ts'
import type { Order } from '../order/order.ts'
import { assignGpus } from '../price/assign-gpus.ts'
import { gpuPrice, isGpuServing, isModelAsked } from '../price/gpu-serves.ts'
import { sizeWords } from '../units/size-words.ts'
import type { Gpu } from '../workload/workload.ts'
import type { Obstacle } from './obstacle.ts'
import { listed } from './words.ts'

/** Why a provider's cards do not serve an order: the model, then the memory, then how many are free. */
export function gpuObstacle(
  { units }: Pick<Order, 'units'>,
  { inventory, prices }: Pick<Ask, 'inventory' | 'prices'>,
): Obstacle | undefined {
  const sold = inventory.gpus.filter(
    ({ model, total }) => total > 0 && gpuPrice(prices.gpuPerHour, model) !== undefined,
  )
  for (const { resources, service } of units) {
    const { gpu } = resources
    if (gpu === undefined) continue
    const models = sold.filter((kind) => isModelAsked(kind, gpu))
    if (models.length === 0) {
      const there = sold.length === 0 ? 'there is no GPU here' : `there is ${modelsOf(sold)}`
      return { reason: 'gpu-model', message: `${capital(wishOf(gpu))} was asked for ${service}, ${there}.` }
    }
    if (!models.some((kind) => isGpuServing(kind, gpu))) {
      const sizes = listed([...new Set(models.map((kind) => sizeWords(kind.memoryBytes)))])
      return {
        reason: 'gpu-memory',
        message: `${capital(wishOf(gpu))} was asked for ${service}, the cards here have ${sizes}.`,
      }
    }
  }
  if (assignGpus(units, inventory.gpus, prices.gpuPerHour) !== undefined) return undefined
  const wanted = units.flatMap(({ resources: { gpu }, count }) =>
    gpu === undefined ? [] : [`${gpu.count * count} × ${kindsOf(gpu)}`],
  )
  const free = sold.map((kind) => `${kind.free} × ${kind.model}`)
  return { reason: 'gpu-count', message: `${listed(wanted)} was asked, ${listed(free)} is free.` }
}

function wishOf(gpu: Gpu): string {
  const sizes = gpu.anyOf.flatMap(({ memoryBytes }) =>
    memoryBytes === undefined ? [] : [sizeWords(memoryBytes)],
  )
  const least = gpu.minMemoryBytes === undefined ? [] : [`at least ${sizeWords(gpu.minMemoryBytes)}`]
  const memory = [...new Set(sizes), ...least]
  return memory.length === 0 ? kindsOf(gpu) : `${kindsOf(gpu)} with ${listed(memory, 'or')}`
}

function kindsOf({ anyOf }: Gpu): string {
  if (anyOf.length === 0) return 'any GPU'
  const names = anyOf.map((wish) =>
    [wish.model ?? `any ${wish.vendor} GPU`, ...(wish.interface === undefined ? [] : [wish.interface])].join(
      ' ',
    ),
  )
  return listed([...new Set(names)], 'or')
}

function modelsOf(stock: readonly GpuStock[]): string {
  return listed([...new Set(stock.map(({ model }) => model))].sort())
}

function capital(text: string): string {
  return text.startsWith('any ') ? `A${text.slice(1)}` : text
}
