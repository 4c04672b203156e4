import { type Address, agreementTypedData, type Bid, type EscrowDomain, type Order } from '@sublet/protocol'
import { type ChainClient, objectionTo } from '@sublet/sdk'

export interface BidExpectation {
  order: Order
  orderHash: `0x${string}`
  /** Who was asked. */
  provider: Address
  indexer: Address
  indexerFeeBps: number
  /** The rate that its ask gives, or that it was asked to quote. */
  ratePerHour: bigint
  nowMs: number
}

const nobody: Address = `0x${'00'.repeat(20)}`

/** What speaks against passing a bid on, as a sentence; undefined when nothing does but perhaps its signature. */
export function bidObjection(bid: Bid, expected: BidExpectation): string | undefined {
  const { order, orderHash, provider, indexer, indexerFeeBps, ratePerHour, nowMs } = expected
  const { agreement } = bid
  if (bid.provider !== provider) return 'The bid is in another provider’s name.'
  if (agreement.indexerFeeBps !== indexerFeeBps) return 'The agreement has another indexer’s fee.'
  // Without a fee nobody needs to be named for it.
  if (agreement.indexer !== indexer && !(indexerFeeBps === 0 && agreement.indexer === nobody)) {
    return 'The agreement names another indexer.'
  }
  if (agreement.ratePerHour > ratePerHour) {
    return `The bid’s rate of ${agreement.ratePerHour} is above the ${ratePerHour} that the provider’s own ask gives.`
  }
  return objectionTo(bid, order, { orderHash, nowMs, maxIndexerFeeBps: indexerFeeBps })
}

/** Whether the provider, with a key or as a smart account, signed the agreement in its bid. */
export function isBidSigned(
  { provider, agreement, providerSignature }: Bid,
  domain: EscrowDomain,
  isSignedBy: ChainClient['isSignedBy'],
): Promise<boolean> {
  return isSignedBy(provider, agreementTypedData(agreement, domain), providerSignature)
}
