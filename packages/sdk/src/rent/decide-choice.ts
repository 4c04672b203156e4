import { type Address, type Bid, choose, type Policy } from '@sublet/protocol'

export interface ChoiceState {
  policy: Policy
  /** Bids that stand, in the order in which they came. Those that failed already are not among them. */
  bids: readonly Bid[]
  /** When the order was posted. */
  postedAtMs: number
  nowMs: number
  /** Whether every indexer has said all it has to say. */
  allHeard: boolean
  /** The provider that a person chose. */
  picked?: Address | undefined
}

export type Choice =
  | { kind: 'accept'; bid: Bid }
  /** Nothing to do before the next bid, or before `untilMs`. */
  | { kind: 'wait'; untilMs?: number }
  /** Bids are there, and a person must pick one. */
  | { kind: 'pick' }
  | { kind: 'none' }

/** What to do with the bids so far. */
export function decideChoice(state: ChoiceState): Choice {
  const { policy, postedAtMs, nowMs, allHeard, picked } = state
  const live = state.bids.filter((bid) => bid.expiresAtMs > nowMs)
  const windowEndsMs = postedAtMs + policy.windowMs
  const waiting: Choice = nowMs < windowEndsMs ? { kind: 'wait', untilMs: windowEndsMs } : { kind: 'wait' }
  if (live.length === 0) return allHeard ? { kind: 'none' } : { kind: 'wait' }
  if (policy.choose === 'person') {
    const chosen = live.find((bid) => bid.provider === picked)
    return chosen === undefined ? { kind: 'pick' } : { kind: 'accept', bid: chosen }
  }
  const best = choose(policy, live)
  if (best === undefined) return allHeard ? { kind: 'none' } : waiting
  return allHeard || nowMs >= windowEndsMs ? { kind: 'accept', bid: best } : waiting
}
