import type { Bid } from '../bid/bid.ts'
import type { Policy } from '../workload/workload.ts'

/**
 * The bid that a tenant's policy takes; undefined when there is none or a person picks. `fastest` takes the first that
 * came, the others the lowest rate, and of equal ones the first that came.
 *
 * A `second` price auction needs nothing more here. The indexer asks each candidate, best first, to put the runner-up's
 * rate into its agreement (`quoteFor`), so the agreement already carries what is paid, both sides sign it, and the
 * escrow never learns of the auction. The winner's bid is streamed first, which decides the tie with a runner-up that
 * quotes its own price.
 */
export function choose(policy: Policy, bids: readonly Bid[]): Bid | undefined {
  if (policy.choose === 'person') return undefined
  const [first] = bids
  if (policy.choose === 'fastest' || first === undefined) return first
  return bids.reduce(
    (best, bid) => (bid.agreement.ratePerHour < best.agreement.ratePerHour ? bid : best),
    first,
  )
}

/**
 * The rate that a candidate is asked to quote: its own in a `first` price auction; in a `second` price auction the
 * lowest of those ranked behind it, where that is more. Never above the order's highest rate, and its own where nobody
 * stands behind.
 *
 * @param ranked the rates of the candidates, best first.
 */
export function quoteFor(policy: Policy, ranked: readonly bigint[], index: number): bigint {
  const own = ranked[index] ?? 0n
  if (policy.auction === 'first' || policy.choose === 'person') return own
  const behind = ranked.slice(index + 1)
  const runnerUp = behind.reduce<bigint | undefined>(
    (low, rate) => (low === undefined || rate < low ? rate : low),
    undefined,
  )
  return runnerUp !== undefined && runnerUp > own ? runnerUp : own
}
