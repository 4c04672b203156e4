import type { Service } from '@sublet/protocol'

export interface ExitFacts {
  exitCode: number
  /** Times that this replica was started again already. */
  restarts: number
  /** Ends in a row without having been up for a while. */
  crashesInRow: number
  /** The lease is not open yet: a workload that keeps dying must not hold the start up until its deadline. */
  starting: boolean
}

export type AfterExit =
  | { kind: 'restart'; afterMs: number }
  /** It did what it was for. */
  | { kind: 'completed' }
  | { kind: 'failed' }

/** A run this long makes earlier crashes forgotten. */
export const steadyMs = 60_000
/** Crashes before the first readiness that are waited out, as for a database that comes up later. */
const mostStartCrashes = 5
const firstDelayMs = 250
const longestDelayMs = 30_000

/** What to do with a replica that has ended. */
export function afterExit(service: Pick<Service, 'restart' | 'job'>, facts: ExitFacts): AfterExit {
  const { policy, maxRetries } = service.restart
  const isJob = service.job !== undefined
  if (facts.exitCode === 0 && (isJob || policy !== 'always')) return { kind: 'completed' }
  if (policy === 'never') return { kind: 'failed' }
  // `always` means for a job what `on-failure` does: work that is done is not done again.
  if (maxRetries !== undefined && facts.restarts >= maxRetries) return { kind: 'failed' }
  if (isJob && maxRetries === undefined && policy === 'always') return { kind: 'failed' }
  if (facts.starting && facts.crashesInRow > mostStartCrashes) return { kind: 'failed' }
  const afterMs = Math.min(firstDelayMs * 2 ** Math.max(0, facts.crashesInRow - 1), longestDelayMs)
  return { kind: 'restart', afterMs }
}
