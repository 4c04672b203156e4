import type { Exclusion } from '../bid/bid.ts'
import { perHour } from '../units/dollars.ts'

export interface NoMatch {
  /** A sentence or two for a person. */
  message: string
  /** Most frequent first; `example` is one provider's own sentence. */
  groups: { reason: Exclusion['reason']; providers: number; example: string }[]
  /** The lowest highest-rate that would have matched somebody, where rate alone stood in the way. */
  lowestMatchingRate?: bigint
}

/** The lowest rate that would have matched somebody; undefined when money was in nobody's way. */
export function lowestMatchingRate(exclusions: readonly Exclusion[]): bigint | undefined {
  let lowest: bigint | undefined
  for (const { reason, ratePerHour } of exclusions) {
    if (reason !== 'rate' || ratePerHour === undefined) continue
    if (lowest === undefined || ratePerHour < lowest) lowest = ratePerHour
  }
  return lowest
}

/** Why nobody matched, grouped by reason. */
export function explainNoMatch(exclusions: readonly Exclusion[]): NoMatch {
  const byReason = new Map<Exclusion['reason'], Exclusion[]>()
  for (const exclusion of exclusions) {
    const same = byReason.get(exclusion.reason)
    if (same === undefined) byReason.set(exclusion.reason, [exclusion])
    else same.push(exclusion)
  }
  const groups = [...byReason].map(([reason, all]) => ({
    reason,
    providers: all.length,
    example: (all.reduce((a, b) => (a.message <= b.message ? a : b)) as Exclusion).message,
  }))
  groups.sort((a, b) => b.providers - a.providers || (a.reason < b.reason ? -1 : 1))
  const rate = lowestMatchingRate(exclusions)
  if (groups.length === 0) return { message: 'No provider is on offer.', groups }
  const counts = groups.map(({ reason, providers, example }) => `${providers} for ${reason} (${example})`)
  const cure = rate === undefined ? '' : ` The lowest rate that would have matched is ${perHour(rate)}.`
  const [only] = exclusions
  const message =
    exclusions.length === 1 && only !== undefined
      ? `The one provider was left out: ${only.message}`
      : `All ${exclusions.length} providers were left out: ${counts.join('; ')}.`
  return {
    message: `${message}${cure}`,
    groups,
    ...(rate === undefined ? {} : { lowestMatchingRate: rate }),
  }
}
