import { type Address, type Bid, depositFor, isPaidByVouchers, type Order } from '@sublet/protocol'

export interface BidLimits {
  /** Hash under which the order was posted. */
  orderHash: string
  nowMs: number
  /** The most that an indexer may take, in hundredths of a percent. It comes off the provider's income. */
  maxIndexerFeeBps: number
}

/** Seconds by which a provider's clock may run ahead. */
const clockSlackSeconds = 30

/**
 * Whether a bid says what was ordered, apart from its signature: a bid comes through strangers, so nothing in it is
 * taken on trust. Gives the reason against it as a sentence, or undefined when it stands.
 */
export function objectionTo(bid: Bid, order: Order, limits: BidLimits): string | undefined {
  const { agreement } = bid
  const same = (a: Address, b: Address) => a.toLowerCase() === b.toLowerCase()
  const nowSeconds = limits.nowMs / 1000
  if (bid.orderHash !== limits.orderHash) return 'The bid answers another order.'
  if (!same(agreement.provider, bid.provider)) return 'The agreement names another provider than the bid.'
  if (!same(agreement.tenant, order.tenant)) return 'The agreement names another tenant.'
  if (!same(agreement.token, order.token)) return 'The agreement is in another token.'
  if (agreement.salt !== order.salt) return 'The agreement has another salt.'
  if (agreement.termsHash !== order.termsHash) return 'The agreement is about another workload.'
  if (agreement.ratePerHour > order.maxRatePerHour) return 'The rate is above the highest that was ordered.'
  if (agreement.ratePerHour > 0n && isPaidByVouchers(agreement) !== (order.payment === 'voucher')) {
    return 'The agreement is paid in another way than was ordered.'
  }
  if (agreement.deposit > depositFor(agreement.ratePerHour, order.depositSeconds)) {
    return 'The deposit is more than was ordered.'
  }
  if (agreement.maxDuration !== order.maxDuration) return 'The agreement has another duration.'
  if (agreement.indexerFeeBps > limits.maxIndexerFeeBps) return "The indexer's fee is above the limit."
  if (agreement.startBy <= nowSeconds) return 'The start deadline has passed.'
  if (agreement.startBy > nowSeconds + order.startWithinSeconds + clockSlackSeconds) {
    return 'The start deadline is later than was ordered.'
  }
  if (bid.expiresAtMs <= limits.nowMs) return 'The bid has expired.'
  if (order.exclude.some((provider) => same(provider, bid.provider)))
    return 'The provider was not to be asked.'
  return undefined
}
