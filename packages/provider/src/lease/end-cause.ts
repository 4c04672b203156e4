import type { CloseRequest, EndReason } from '@sublet/protocol'

/** Why a lease ends, and what comes with it. */
export interface EndCause {
  reason: EndReason
  message: string
  exitCode?: number
  settlement?: CloseRequest['settlement']
  /** Don't wait for the tenant or for a notice. */
  breakOff?: boolean
}

/** What a later cause may add to the first: never the reason. */
export function pickLate({ settlement, breakOff }: EndCause): Partial<EndCause> {
  return {
    ...(settlement === undefined ? {} : { settlement }),
    ...(breakOff === undefined ? {} : { breakOff }),
  }
}

/** How a group that has done all it will ends its lease. */
export function endOf({ exitCode, jobs }: { exitCode: number; jobs: boolean }): EndCause {
  if (jobs || exitCode === 0)
    return { reason: 'job-ended', message: `Ended with exit code ${exitCode}.`, exitCode }
  return {
    reason: 'workload-crashed',
    message: `Every service has ended, with exit code ${exitCode}.`,
    exitCode,
  }
}
