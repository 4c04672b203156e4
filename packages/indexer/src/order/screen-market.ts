import {
  type Address,
  type Candidate,
  type Exclusion,
  hasImages,
  lowestMatchingRate,
  type Order,
  rankCandidates,
  type SignedAsk,
  screen,
} from '@sublet/protocol'

/** What is known of a provider beside its ask. */
export interface Presence {
  connected: boolean
  latencyMs?: number | undefined
}

export interface ScreenedMarket {
  /** Best first. */
  candidates: Candidate[]
  excluded: Exclusion[]
  lowestMatchingRate?: bigint
}

/** Holds every ask against an order: candidates in order, and for each of the others the first reason. */
export function screenMarket(
  order: Order,
  asks: readonly SignedAsk[],
  presenceOf: (provider: Address) => Presence,
  nowMs: number,
): ScreenedMarket {
  const candidates: Candidate[] = []
  const excluded: Exclusion[] = []
  for (const { ask } of asks) {
    const { connected, latencyMs } = presenceOf(ask.provider)
    const screening = screen(order, ask, { nowMs, latencyMs })
    if (!screening.ok) excluded.push(screening.exclusion)
    else if (!connected) {
      const message = 'The provider fits, but it is not connected at the moment.'
      excluded.push({ provider: ask.provider, reason: 'unreachable', message })
    } else {
      const { ratePerHour } = screening
      candidates.push({ provider: ask.provider, ratePerHour, hasImages: hasImages(order, ask), latencyMs })
    }
  }
  const lowest = lowestMatchingRate(excluded)
  return {
    candidates: rankCandidates(order.policy, candidates),
    excluded,
    ...(candidates.length > 0 || lowest === undefined ? {} : { lowestMatchingRate: lowest }),
  }
}
