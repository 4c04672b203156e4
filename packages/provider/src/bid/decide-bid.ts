import {
  type Address,
  type Agreement,
  type Ask,
  depositFor,
  type Exclusion,
  type Order,
  priceAtAsk,
  screen,
} from '@sublet/protocol'
import type { Device } from '../inventory/device.ts'
import { type Allocation, allocate } from './allocate.ts'

export interface BidFacts {
  order: Order
  /** This provider's own ask, as it stands at this moment. */
  ask: Ask
  /** The devices that the ask counts as free. */
  freeDevices: readonly Device[]
  indexer: Address
  indexerFeeBps: number
  /** The runner-up's rate, which the tenant pays in a `second` price order. */
  runnerUpRatePerHour?: bigint | undefined
  limits: BidLimits
  /** What the runtime can't run here. */
  canRun: (image: string) => boolean
  nowMs: number
}

export interface BidLimits {
  /** The most that an indexer may take of the income. */
  maxIndexerFeeBps: number
  /** Replicas of all services together that one lease may have. */
  mostInstances: number
  /** How long a bid stands and its devices are kept, milliseconds. */
  bidTtlMs: number
  /** The same where a person chooses. */
  personBidTtlMs: number
}

export type BidDecision =
  | { bid: true; agreement: Agreement; allocation: Allocation; expiresAtMs: number }
  | { bid: false; exclusion: Exclusion }

/** Whether to bid for an order, with which devices, at which rate: exactly the ask's, or the runner-up's above it. */
export function decideBid(facts: BidFacts): BidDecision {
  const { order, ask, freeDevices, indexer, indexerFeeBps, limits, nowMs } = facts
  const declined = (message: string): BidDecision => ({
    bid: false,
    exclusion: { provider: ask.provider, reason: 'declined', message },
  })
  if (order.expiresAtMs <= nowMs) return declined('The order has expired.')
  if (indexerFeeBps > limits.maxIndexerFeeBps) {
    return declined(
      `The indexer takes ${indexerFeeBps} basis points; at most ${limits.maxIndexerFeeBps} are given.`,
    )
  }
  const instances = order.units.reduce((sum, { count }) => sum + count, 0)
  if (instances > limits.mostInstances) {
    return declined(`${instances} replicas were asked in one lease; at most ${limits.mostInstances} fit.`)
  }
  const strange = order.units.find(({ image }) => !facts.canRun(image))
  if (strange !== undefined) {
    return declined(
      `The image ${strange.image} cannot run here: this provider has no container engine or no such image.`,
    )
  }
  // Latency and audits are the indexer's to judge: nobody measures or vouches for itself.
  const judged = {
    ...order,
    placement: { ...order.placement, auditors: { anyOf: [], allOf: [] } },
  }
  const { maxLatencyMs: _latency, ...placement } = judged.placement
  const screening = screen({ ...judged, placement }, ask, { nowMs })
  if (!screening.ok) return { bid: false, exclusion: screening.exclusion }
  const price = priceAtAsk(order, ask)
  if (price === undefined) return declined('The free GPUs do not serve this order.')
  const ratePerHour = facts.runnerUpRatePerHour ?? price.ratePerHour
  if (ratePerHour < price.ratePerHour || ratePerHour > order.maxRatePerHour) {
    return {
      bid: false,
      exclusion: {
        provider: ask.provider,
        reason: 'rate',
        message: `The rate put forward is ${ratePerHour} an hour, ${price.ratePerHour} is the price here.`,
        ratePerHour: price.ratePerHour,
      },
    }
  }
  const allocation = allocate({ order, assignment: price.gpus, stock: ask.inventory.gpus, free: freeDevices })
  const ttlMs =
    order.policy.choose === 'person' ? limits.personBidTtlMs : limits.bidTtlMs + order.policy.windowMs
  return {
    bid: true,
    allocation,
    expiresAtMs: nowMs + ttlMs,
    agreement: {
      tenant: order.tenant,
      provider: ask.provider,
      indexer,
      token: order.token,
      ratePerHour,
      deposit: depositFor(ratePerHour, order.depositSeconds),
      maxDuration: order.maxDuration,
      indexerFeeBps,
      termsHash: order.termsHash,
      salt: order.salt,
      startBy: Math.floor(nowMs / 1000) + order.startWithinSeconds,
    },
  }
}
