import { type Address, type Bid, type Exclusion, type Order, SubletError } from '@sublet/protocol'
import { objectionTo } from './check-bid.ts'
import { type Choice, decideChoice } from './decide-choice.ts'
import type { MarketEvent } from './listen-to-market.ts'
import { noMatchError } from './no-match-error.ts'
import type { RentEvent } from './rent-event.ts'

export interface BidBookOptions {
  order: Order
  orderHash: string
  /** How many are asked. */
  indexers: number
  maxIndexerFeeBps: number
  postedAtMs: number
  /** Whether the provider signed the bid's agreement. */
  isSigned: (bid: Bid) => Promise<boolean>
}

export interface FailedOffer {
  error: SubletError
  unsure: boolean
}

/** Everything heard about one order. */
export interface BidBook {
  /** Bids that stand and have not failed, in the order of their arrival. */
  readonly bids: readonly Bid[]
  readonly picked: Address | undefined
  /** Whether a provider fell silent with the signed agreement in its hands. */
  readonly isUnsure: boolean
  /** Takes in what an indexer said. Bids are checked here: they come through strangers. */
  hear(event: MarketEvent, nowMs: number): AsyncGenerator<RentEvent>
  endOfMarket(): void
  pick(provider: Address): void
  choose(nowMs: number): Choice
  /** When `choose` may change its mind by the clock alone, milliseconds since 1970. */
  nextInstant(choice: Choice, nowMs: number): number | undefined
  relayOf(bid: Bid): string
  fail(bid: Bid, outcome: FailedOffer): void
  /** Why there is no lease. */
  failure(nowMs: number): SubletError
}

export function createBidBook(options: BidBookOptions): BidBook {
  const { order, orderHash, maxIndexerFeeBps, postedAtMs, isSigned } = options
  let bids: Bid[] = []
  const relays = new Map<string, string>()
  const candidates = new Set<Address>()
  const excluded = new Map<Address, Exclusion>()
  const failed: { bid: Bid; outcome: FailedOffer }[] = []
  const silent: SubletError[] = []
  let lowestMatchingRate: bigint | undefined
  let heardOut = 0
  let picked: Address | undefined

  async function* takeBid(
    bid: Bid,
    indexer: string,
    relayUrl: string,
    nowMs: number,
  ): AsyncGenerator<RentEvent> {
    const known = bids.some(({ provider }) => provider === bid.provider)
    const tried = failed.some((one) => one.bid.provider === bid.provider)
    if (known || tried) return
    const objection =
      objectionTo(bid, order, { orderHash, nowMs, maxIndexerFeeBps }) ??
      ((await isSigned(bid)) ? undefined : 'The agreement is not signed by the provider.')
    if (objection !== undefined) {
      const exclusion: Exclusion = { provider: bid.provider, reason: 'declined', message: objection }
      excluded.set(bid.provider, exclusion)
      yield { type: 'declined', indexer, exclusion }
      return
    }
    bids = [...bids, bid]
    relays.set(bid.provider, relayUrl)
    yield { type: 'bid', indexer, bid }
  }

  return {
    get bids() {
      return bids
    },
    get picked() {
      return picked
    },
    get isUnsure() {
      return failed.some(({ outcome }) => outcome.unsure)
    },
    async *hear(heard, nowMs) {
      const indexer = heard.indexer.baseUrl
      if (heard.type === 'silent') {
        silent.push(heard.error)
        heardOut += 1
        yield { type: 'indexer-failed', indexer, error: heard.error }
        return
      }
      const { event } = heard
      switch (event.type) {
        case 'screened': {
          const { lowestMatchingRate: lowest } = event
          for (const { provider } of event.candidates) candidates.add(provider)
          for (const exclusion of event.excluded) excluded.set(exclusion.provider, exclusion)
          if (lowest !== undefined && (lowestMatchingRate === undefined || lowest < lowestMatchingRate)) {
            lowestMatchingRate = lowest
          }
          yield { ...event, indexer }
          return
        }
        case 'bid':
          yield* takeBid(event.bid, indexer, heard.indexer.relayUrl(event.bid.provider), nowMs)
          return
        case 'declined':
          excluded.set(event.exclusion.provider, event.exclusion)
          yield { ...event, indexer }
          return
        case 'ended':
          heardOut += 1
      }
    },
    endOfMarket() {
      heardOut = options.indexers
    },
    pick(provider) {
      picked = provider
    },
    choose: (nowMs) =>
      decideChoice({
        policy: order.policy,
        bids,
        postedAtMs,
        nowMs,
        allHeard: heardOut >= options.indexers,
        picked,
      }),
    nextInstant(choice, nowMs) {
      const ends = bids.map(({ expiresAtMs }) => expiresAtMs).filter((end) => end > nowMs)
      const window = choice.kind === 'wait' && choice.untilMs !== undefined ? [choice.untilMs] : []
      const instants = [...ends, ...window]
      return instants.length === 0 ? undefined : Math.min(...instants)
    },
    relayOf(bid) {
      return relays.get(bid.provider) ?? ''
    },
    fail(bid, outcome) {
      failed.push({ bid, outcome })
      bids = bids.filter((other) => other !== bid)
    },
    failure() {
      const last = failed.at(-1)
      if (last !== undefined) return withAttempts(last.outcome.error, failed)
      if (bids.length > 0) {
        return new SubletError('bid.expired', 'The bids expired before one was taken.', {
          hint: 'Order again; the providers are still there.',
        })
      }
      const [first] = silent
      if (first !== undefined && silent.length >= options.indexers) return first
      return noMatchError({
        candidates: candidates.size,
        excluded: [...excluded.values()],
        lowestMatchingRate,
      })
    },
  }
}

/** The last failure, with all attempts named when there were several. */
function withAttempts(
  error: SubletError,
  failed: readonly { bid: Bid; outcome: FailedOffer }[],
): SubletError {
  return new SubletError(error.code, error.message, {
    hint: error.hint,
    cause: error,
    details: {
      ...error.details,
      attempts: failed.map(({ bid, outcome }) => ({
        provider: bid.provider,
        code: outcome.error.code,
        detail: outcome.error.message,
      })),
    },
  })
}
