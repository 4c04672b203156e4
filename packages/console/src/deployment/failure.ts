import { type Deployment, lowestMatchingRate } from '@sublet/protocol'
import { counted } from '../design/names.ts'
import { formatDollarsExactly } from '../money/format-money.ts'

/** Why a deployment failed, for people: what happened, what to do, and what the workload said last. */
export interface Failure {
  code: string | undefined
  words: string
  cure: string | undefined
  lastLines: readonly string[]
}

export function failureOf({ problem, message, groups }: Deployment): Failure {
  const lastLines = linesIn(problem?.details) ?? groups.flatMap(({ lease }) => lease?.lastLogLines ?? [])
  const told: Failure = {
    code: problem?.code,
    words: problem?.detail ?? message,
    cure: problem?.hint,
    lastLines,
  }
  return problem?.code === 'order.no-match' ? { ...told, ...noMatch(groups, told) } : told
}

/** The network speaks of rates in token base units; here they are dollars, and each provider's reason stands below. */
function noMatch(groups: Deployment['groups'], told: Failure): Pick<Failure, 'words' | 'cure'> {
  const excluded = groups.flatMap((group) => group.excluded)
  if (excluded.length === 0) return told
  const lowest = lowestMatchingRate(excluded)
  return {
    words: `${excluded.length === 1 ? 'The one provider' : `None of the ${counted(excluded.length, 'provider')}`} can${excluded.length === 1 ? 'not' : ''} serve this order.`,
    cure:
      lowest === undefined
        ? 'Ask for less, or for something else; what stands in the way at each provider is listed below.'
        : `Raise the highest rate to ${formatDollarsExactly(lowest)} an hour or more; below that nobody would have matched.`,
  }
}

function linesIn(details: unknown): readonly string[] | undefined {
  if (typeof details !== 'object' || details === null || !('lastLogLines' in details)) return undefined
  const { lastLogLines } = details
  return Array.isArray(lastLogLines) ? lastLogLines.filter((line) => typeof line === 'string') : undefined
}
