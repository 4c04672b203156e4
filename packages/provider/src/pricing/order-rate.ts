import { type Ask, type Order, priceAtAsk } from '@sublet/protocol'
import type { SomePrices } from './own-prices.ts'
import { floorRateOf } from './price-limits.ts'
import { applyOrderRules } from './price-rules.ts'
import type { OrderRule } from './rule-file.ts'

/** What one order is to pay, token base units per hour, or why it gets no bid. */
export type OrderRate = {
  /** What the ask gives; a rate that was found beside another list price counts no more. */
  listRatePerHour: bigint
} & ({ ratePerHour: bigint } | { decline: string; leastRatePerHour?: bigint })

/** What a pricing program answered. */
export type ProgramAnswer = { ratePerHour: bigint } | { decline: string }

export interface OrderRateFacts {
  order: Order
  ask: Pick<Ask, 'prices' | 'inventory'>
  rules: readonly OrderRule[]
  floor: SomePrices
}

/** The price at the ask after the rules for orders; undefined where the ask cannot serve. */
export function rateByRules(
  facts: OrderRateFacts,
): { rate: OrderRate; floorRatePerHour: bigint; gpuModels: (string | undefined)[] } | undefined {
  const { order, ask, rules, floor } = facts
  const price = priceAtAsk(order, ask)
  if (price === undefined) return undefined
  const gpuModels = price.gpus.stockOfUnit.map((index) =>
    index === undefined ? undefined : ask.inventory.gpus[index]?.model,
  )
  const floorRatePerHour = floorRateOf(order, gpuModels, floor)
  const ruled = applyOrderRules(price.ratePerHour, rules, order, gpuModels)
  return {
    rate: settleRate(price.ratePerHour, floorRatePerHour, ruled),
    floorRatePerHour,
    gpuModels,
  }
}

/**
 * Holds a wish for one order's rate against the floor and the list. Indexers screen by the list, and pass on no bid
 * above it: who wants more for an order than the list says does not bid, and says what it would take.
 */
export function settleRate(
  listRatePerHour: bigint,
  floorRatePerHour: bigint,
  wish: ProgramAnswer,
): OrderRate {
  if ('decline' in wish) return { listRatePerHour, decline: wish.decline }
  const { ratePerHour } = wish
  if (ratePerHour > listRatePerHour) {
    return {
      listRatePerHour,
      decline: 'This order would cost more than the price list says.',
      leastRatePerHour: ratePerHour,
    }
  }
  const raised = ratePerHour < floorRatePerHour ? floorRatePerHour : ratePerHour
  return { listRatePerHour, ratePerHour: raised > listRatePerHour ? listRatePerHour : raised }
}
