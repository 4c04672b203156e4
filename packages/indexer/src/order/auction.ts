import {
  type Candidate,
  type EscrowDomain,
  type Exclusion,
  type OrderEvent,
  orderHashOf,
  quoteFor,
  type SignedOrder,
} from '@sublet/protocol'
import type { ChainClient } from '@sublet/sdk'
import type { BidAnswer, BidQuestion } from './ask-for-bid.ts'
import { bidObjection, isBidSigned } from './check-bid.ts'
import type { ScreenedMarket } from './screen-market.ts'

export interface AuctionParts {
  signedOrder: SignedOrder
  market: ScreenedMarket
  indexer: `0x${string}`
  feeBps: number
  /** How many bids are sought. */
  bidders: number
  bidTimeoutMs: number
  domain: EscrowDomain
  isSignedBy: ChainClient['isSignedBy']
  ask: (candidate: Candidate, question: BidQuestion, signal: AbortSignal) => Promise<BidAnswer>
  now: () => number
  /** Aborts when the tenant goes. */
  signal: AbortSignal
}

/**
 * What becomes of an order, event by event. The best candidates are asked at the same time, and whoever declines is
 * followed by the next one, until enough have bid. In a `second` price auction they are asked one after the other, best
 * first, so that the first bid is the winner's.
 */
export async function* runAuction(parts: AuctionParts): AsyncGenerator<OrderEvent> {
  const { signedOrder, market, bidders } = parts
  const { order } = signedOrder
  const orderHash = orderHashOf(order)
  const { candidates, excluded, lowestMatchingRate } = market
  yield {
    type: 'screened',
    orderHash,
    candidates: candidates.map(({ provider, ratePerHour }) => ({ provider, ratePerHour })),
    excluded,
    ...(lowestMatchingRate === undefined ? {} : { lowestMatchingRate }),
  }
  const isSecondPrice = order.policy.auction === 'second' && order.policy.choose !== 'person'
  const atOnce = isSecondPrice ? 1 : bidders
  const rates = candidates.map(({ ratePerHour }) => ratePerHour)
  const asked = new Map<number, Promise<{ index: number; answer: BidAnswer }>>()
  let next = 0
  let bids = 0
  const askNext = () => {
    const index = next++
    const candidate = candidates[index]
    if (candidate === undefined) return
    const quote = quoteFor(order.policy, rates, index)
    asked.set(
      index,
      askOne(parts, candidate, quote, orderHash).then((answer) => ({ index, answer })),
    )
  }
  while (!parts.signal.aborted) {
    while (asked.size < atOnce && bids + asked.size < bidders && next < candidates.length) askNext()
    if (asked.size === 0) break
    const { index, answer } = await Promise.race(asked.values())
    asked.delete(index)
    if ('bid' in answer) {
      bids++
      yield { type: 'bid', bid: answer.bid }
    } else yield { type: 'declined', exclusion: answer.exclusion }
  }
  yield { type: 'ended', bids }
}

async function askOne(
  parts: AuctionParts,
  candidate: Candidate,
  ratePerHour: bigint,
  orderHash: `0x${string}`,
): Promise<BidAnswer> {
  const { signedOrder, indexer, feeBps, domain, isSignedBy, now } = parts
  const { provider } = candidate
  const question: BidQuestion = {
    signedOrder,
    indexer,
    indexerFeeBps: feeBps,
    ...(ratePerHour === candidate.ratePerHour ? {} : { ratePerHour }),
  }
  const signal = AbortSignal.any([parts.signal, AbortSignal.timeout(parts.bidTimeoutMs)])
  const answer = await parts.ask(candidate, question, signal)
  if (!('bid' in answer)) return answer
  const refused = (message: string): { exclusion: Exclusion } => ({
    exclusion: { provider, reason: 'declined', message },
  })
  const { order } = signedOrder
  const expected = { order, orderHash, provider, indexer, indexerFeeBps: feeBps, ratePerHour, nowMs: now() }
  const objection = bidObjection(answer.bid, expected)
  if (objection !== undefined) return refused(objection)
  const isSigned = await isBidSigned(answer.bid, domain, isSignedBy).catch(() => false)
  return isSigned ? answer : refused('The bid’s agreement is not signed by the provider.')
}
