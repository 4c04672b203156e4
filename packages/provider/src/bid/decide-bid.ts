import {
  type Address,
  type Agreement,
  type Ask,
  ageWords,
  depositFor,
  type Exclusion,
  type Order,
  priceAtAsk,
  screen,
} from '@sublet/protocol'
import { type Capacity, crowdedClass } from '../inventory/claims.ts'
import type { Device } from '../inventory/device.ts'
import type { OrderRate } from '../pricing/order-rate.ts'
import { type Allocation, allocate } from './allocate.ts'

export interface BidFacts {
  order: Order
  /** This provider's own ask, as it stands at this moment. */
  ask: Ask
  /** The devices that the ask counts as free. */
  freeDevices: readonly Device[]
  /** Which storage classes of the ask lie on one disk. */
  storagePools?: Capacity['storagePools']
  indexer: Address
  indexerFeeBps: number
  /** What the owner's rules or program make of the price for this very order, as they found it beside the list's. */
  orderRate?: OrderRate | undefined
  /** The runner-up's rate, which the tenant pays in a `second` price order. */
  runnerUpRatePerHour?: bigint | undefined
  /** What the tenant could pay with, token base units; undefined where that is not known just now. */
  tenantMoney?: bigint | undefined
  /** Further bids of this tenant that stand; undefined where they are not counted. */
  standingBids?: number | undefined
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
  /** Tenants that are never served. */
  deniedTenants?: readonly Address[]
  /** Whether leases may be paid by vouchers; they may unless this says no. */
  takesVouchers?: boolean
  /** How long a bid stands and its devices are kept, milliseconds. */
  bidTtlMs: number
  /** The same where a person chooses. */
  personBidTtlMs: number
  /** No bid stands longer. */
  longestBidTtlMs: number
  /** Bids of one tenant that may stand at one time. */
  mostReservationsPerTenant: number
  /** The longest from bid to ready, seconds. */
  mostStartSeconds: number
  /** Seconds that a first voucher pays for. */
  voucherLeastIntervalSeconds: number
}

export type BidDecision =
  | { bid: true; agreement: Agreement; allocation: Allocation; expiresAtMs: number }
  | { bid: false; exclusion: Exclusion }

/**
 * Whether to bid for an order, with which devices, at which rate: the ask's exactly, less where the owner's rules or
 * program say so, or the runner-up's above it.
 */
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
  if (limits.deniedTenants?.some((tenant) => tenant.toLowerCase() === order.tenant.toLowerCase())) {
    const message = 'The provider does not serve this tenant.'
    return { bid: false, exclusion: { provider: ask.provider, reason: 'tenant', message } }
  }
  if (order.payment === 'voucher' && limits.takesVouchers === false) {
    return declined('The provider does not take vouchers.')
  }
  if (order.startWithinSeconds > limits.mostStartSeconds) {
    const asked = ageWords(order.startWithinSeconds * 1000)
    return declined(
      `A start within ${asked} was asked; at most ${ageWords(limits.mostStartSeconds * 1000)} are given.`,
    )
  }
  if ((facts.standingBids ?? 0) >= limits.mostReservationsPerTenant) {
    return declined(`${facts.standingBids} bids stand for this tenant already; no more are made.`)
  }
  const instances = order.units.reduce((sum, { count }) => sum + count, 0)
  if (instances > limits.mostInstances) {
    return declined(`${instances} replicas were asked in one lease; at most ${limits.mostInstances} fit.`)
  }
  const strange = order.units.find(({ image }) => !facts.canRun(image))
  if (strange !== undefined) {
    const message = `The image ${strange.image} cannot run here: this provider has no container engine or no such image.`
    return { bid: false, exclusion: { provider: ask.provider, reason: 'image', message } }
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
  const { orderRate } = facts
  if (orderRate !== undefined && 'decline' in orderRate) {
    const { decline, leastRatePerHour } = orderRate
    if (leastRatePerHour === undefined) return declined(decline)
    return rateExclusion(ask, decline, leastRatePerHour)
  }
  // The list may have changed while a program was asked; its answer was about another price then.
  const ownRate = orderRate?.listRatePerHour === price.ratePerHour ? orderRate.ratePerHour : price.ratePerHour
  const ratePerHour = facts.runnerUpRatePerHour ?? ownRate
  if (ratePerHour < ownRate || ratePerHour > order.maxRatePerHour) {
    const message = `The rate put forward is ${ratePerHour} an hour, ${ownRate} is the price here.`
    return rateExclusion(ask, message, ownRate)
  }
  const deposit = order.payment === 'voucher' ? 0n : depositFor(ratePerHour, order.depositSeconds)
  const needed =
    order.payment === 'voucher' ? depositFor(ratePerHour, limits.voucherLeastIntervalSeconds) : deposit
  if (facts.tenantMoney !== undefined && facts.tenantMoney < needed) {
    return declined(`The tenant has ${facts.tenantMoney} to pay with; ${needed} are needed to begin.`)
  }
  const allocation = allocate({ order, assignment: price.gpus, stock: ask.inventory.gpus, free: freeDevices })
  const free = Object.fromEntries(
    Object.entries(ask.inventory.storageBytes).map(([name, { free: bytes }]) => [name, bytes]),
  )
  const crowded = crowdedClass(allocation.claim.storageBytes, free, facts.storagePools)
  if (crowded !== undefined) {
    return declined(`The disk of class ${crowded} has not room for all that was asked of the classes on it.`)
  }
  const ttlMs =
    order.policy.choose === 'person' ? limits.personBidTtlMs : limits.bidTtlMs + order.policy.windowMs
  return {
    bid: true,
    allocation,
    // However long an order goes on, what is kept for it is kept from others.
    expiresAtMs: Math.min(nowMs + ttlMs, nowMs + limits.longestBidTtlMs, order.expiresAtMs),
    agreement: {
      tenant: order.tenant,
      provider: ask.provider,
      indexer,
      token: order.token,
      ratePerHour,
      deposit,
      maxDuration: order.maxDuration,
      indexerFeeBps,
      termsHash: order.termsHash,
      salt: order.salt,
      startBy: Math.floor(nowMs / 1000) + order.startWithinSeconds,
    },
  }
}

function rateExclusion(ask: Ask, message: string, ratePerHour: bigint): BidDecision {
  return { bid: false, exclusion: { provider: ask.provider, reason: 'rate', message, ratePerHour } }
}
