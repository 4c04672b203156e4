import { type Exclusion, exclusionSchema, explainNoMatch, perHour, SubletError } from '@sublet/protocol'

export interface MarketAnswer {
  candidates: number
  /** Left out by the screening, and candidates that declined. */
  excluded: readonly Exclusion[]
  lowestMatchingRate?: bigint | undefined
}

/**
 * Why there is nothing to choose from: `order.no-match` when no provider fits, `order.no-bids` when those that fit
 * did not bid. `details.excluded` has every reason, `details.lowestMatchingRate` the rate that would have matched.
 */
export function noMatchError(answer: MarketAnswer): SubletError {
  const { candidates, excluded, lowestMatchingRate } = answer
  const details = {
    excluded: excluded.map((exclusion) => exclusionSchema.encode(exclusion)),
    ...(lowestMatchingRate === undefined ? {} : { lowestMatchingRate: lowestMatchingRate.toString() }),
  }
  if (candidates > 0) {
    const refusals = excluded.filter(({ reason }) => ['declined', 'unreachable', 'image'].includes(reason))
    const isImage = refusals.length > 0 && refusals.every(({ reason }) => reason === 'image')
    return new SubletError('order.no-bids', `No matching provider made a bid${whyNoBids(refusals)}`, {
      hint: isImage
        ? 'On your own machine install Docker, or start it, and then `sublet up` again; or rent from another provider.'
        : 'Try again in a moment: what is free changes by the second.',
      details,
    })
  }
  const hint =
    lowestMatchingRate !== undefined
      ? `Raise the highest rate to at least ${perHour(lowestMatchingRate)}, the lowest that would have matched.`
      : excluded.length === 0
        ? 'Wait for a provider to join, or name another indexer.'
        : 'Ask for less, or loosen the placement; each provider says what stood in the way.'
  return new SubletError('order.no-match', explainNoMatch(excluded).message, { hint, details })
}

/** What the only one said, or `: 2 rate, 1 gpu-model.` */
function whyNoBids(excluded: readonly Exclusion[]): string {
  const [only] = excluded
  if (excluded.length === 1 && only !== undefined) return `: ${only.message.replace(/\.?$/, '.')}`
  const counts = new Map<string, number>()
  for (const { reason } of excluded) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  const parts = [...counts].sort(([, a], [, b]) => b - a).map(([reason, count]) => `${count} ${reason}`)
  return parts.length === 0 ? '.' : `: ${parts.join(', ')}.`
}
