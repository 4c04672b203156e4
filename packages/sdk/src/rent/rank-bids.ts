import type { Bid, Policy } from '@sublet/protocol'

/** Bids in the order of the tenant's policy, best first. Bids must come in the order of their arrival. */
export function rankBids(policy: Policy, bids: readonly Bid[]): readonly Bid[] {
  if (policy.choose === 'fastest') return bids
  return [...bids].sort(byRate)
}

function byRate(a: Bid, b: Bid): number {
  const { ratePerHour: left } = a.agreement
  const { ratePerHour: right } = b.agreement
  return left < right ? -1 : left > right ? 1 : 0
}
