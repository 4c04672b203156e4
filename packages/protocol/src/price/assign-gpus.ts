import type { GpuStock } from '../ask/ask.ts'
import type { OrderUnit } from '../order/order.ts'
import { gpuPrice, isGpuServing } from './gpu-serves.ts'

/** Which of a provider's cards serve which unit. */
export interface GpuAssignment {
  /** For each unit of the order, in its order: the stock, as an index into the one given. Undefined without a GPU. */
  stockOfUnit: readonly (number | undefined)[]
  /** Token base units per hour for all GPUs together. */
  perHour: bigint
}

interface Choice {
  unit: number
  cards: number
  /** Stocks that could serve, cheapest first. */
  options: { stock: number; cost: bigint }[]
}

/** Steps after which the search keeps the best it has. Only an order made to be hard needs more than a few. */
const maxSteps = 50_000

/**
 * The cheapest way to serve every unit's GPUs out of what is free. All replicas of a unit get cards of one kind, so that
 * they are equal; different units may get different kinds. Exact: a dearer card is taken where the cheaper ones are
 * needed elsewhere. Equal prices are decided by memory (the smallest that serves), then model, never by the order of the
 * stock.
 *
 * @returns undefined when the free cards cannot serve, or the price list sells none that could.
 */
export function assignGpus(
  units: readonly Pick<OrderUnit, 'count' | 'resources'>[],
  stock: readonly GpuStock[],
  gpuPerHour: Readonly<Record<string, bigint>>,
): GpuAssignment | undefined {
  const choices: Choice[] = []
  for (const [unit, { count, resources }] of units.entries()) {
    const { gpu } = resources
    if (gpu === undefined) continue
    const cards = gpu.count * count
    const options = stock.flatMap((kind, index) => {
      const price = gpuPrice(gpuPerHour, kind.model)
      return price === undefined || kind.free < cards || !isGpuServing(kind, gpu)
        ? []
        : [{ stock: index, cost: price * BigInt(cards) }]
    })
    if (options.length === 0) return undefined
    options.sort((a, b) => compareBigints(a.cost, b.cost) || compareKinds(stock[a.stock], stock[b.stock]))
    choices.push({ unit, cards, options })
  }
  // The most constrained first: wrong turns show early.
  choices.sort((a, b) => a.options.length - b.options.length || b.cards - a.cards || a.unit - b.unit)
  const chosen = searchCheapest(
    choices,
    stock.map(({ free }) => free),
  )
  if (chosen === undefined) return undefined
  const stockOfUnit: (number | undefined)[] = units.map(() => undefined)
  for (const [position, { unit }] of choices.entries()) stockOfUnit[unit] = chosen.stocks[position]
  return { stockOfUnit, perHour: chosen.cost }
}

/** Branch and bound over one stock for each choice. */
function searchCheapest(
  choices: readonly Choice[],
  free: number[],
): { stocks: number[]; cost: bigint } | undefined {
  // What is left costs at least each choice's cheapest option.
  const leastFrom = new Array<bigint>(choices.length + 1).fill(0n)
  for (let i = choices.length - 1; i >= 0; i--) {
    leastFrom[i] = (leastFrom[i + 1] ?? 0n) + (choices[i]?.options[0]?.cost ?? 0n)
  }
  const picked: number[] = []
  let best: { stocks: number[]; cost: bigint } | undefined
  let steps = 0
  const visit = (position: number, cost: bigint) => {
    if (best !== undefined && cost + (leastFrom[position] ?? 0n) >= best.cost) return
    const choice = choices[position]
    if (choice === undefined) {
      best = { stocks: [...picked], cost }
      return
    }
    for (const option of choice.options) {
      const left = free[option.stock] ?? 0
      if (left < choice.cards) continue
      if (++steps > maxSteps) return
      free[option.stock] = left - choice.cards
      picked.push(option.stock)
      visit(position + 1, cost + option.cost)
      picked.pop()
      free[option.stock] = left
    }
  }
  visit(0, 0n)
  return best
}

function compareBigints(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function compareKinds(a: GpuStock | undefined, b: GpuStock | undefined): number {
  if (a === undefined || b === undefined) return 0
  const key = ({ model, vendor, interface: bus }: GpuStock) => JSON.stringify([model, vendor, bus ?? ''])
  return a.memoryBytes - b.memoryBytes || (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)
}
