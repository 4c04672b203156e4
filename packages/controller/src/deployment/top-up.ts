import { depositFor } from '@sublet/protocol'

export interface TopUpFacts {
  /** Token base units per hour. */
  ratePerHour: bigint
  /** Unix seconds of the chain. */
  fundedUntil: number
  nowSeconds: number
  openedAt: number
  /** Seconds; 0 means no limit but the money. */
  maxDuration: number
  /** Seconds of service that one payment is for. */
  depositSeconds: number
}

export type TopUp =
  | { kind: 'pay'; amount: bigint }
  | { kind: 'later'; inSeconds: number }
  /** It is funded to its agreed end, or costs nothing. */
  | { kind: 'never' }

/** Shortest time between two looks, so that a lease of a few seconds is not asked about all the time. */
const leastPauseSeconds = 1

/** Whether a running lease needs money now: when less than a quarter of a payment's time is left. */
export function decideTopUp(facts: TopUpFacts): TopUp {
  const { ratePerHour, fundedUntil, nowSeconds, openedAt, maxDuration, depositSeconds } = facts
  if (ratePerHour === 0n) return { kind: 'never' }
  const endsAt = maxDuration === 0 ? Number.POSITIVE_INFINITY : openedAt + maxDuration
  if (fundedUntil >= endsAt) return { kind: 'never' }
  const left = fundedUntil - nowSeconds
  const threshold = depositSeconds / 4
  if (left > threshold) {
    return { kind: 'later', inSeconds: Math.max(leastPauseSeconds, Math.ceil(left - threshold)) }
  }
  const seconds = Math.min(depositSeconds, endsAt - fundedUntil)
  return { kind: 'pay', amount: depositFor(ratePerHour, seconds) }
}
