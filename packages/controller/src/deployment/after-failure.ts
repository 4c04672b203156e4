import {
  type Address,
  ageWords,
  errorCodes,
  isSubletError,
  type SubletError,
  toProblem,
} from '@sublet/protocol'
import type { GroupState, StoredProblem } from './state.ts'

export interface FailureFacts {
  nowMs: number
  /** After a restart the network needs a moment to find together; until then nothing is given up. */
  patientUntilMs: number
}

const firstRetryMs = 1000
const longestRetryMs = 60_000

/** Milliseconds before an order is tried again after so many that came to nothing. */
export function retryDelayMs(failures: number): number {
  return Math.min(firstRetryMs * 2 ** Math.min(failures, 10), longestRetryMs)
}

/**
 * A group whose order or start came to nothing. One that never ran fails, for the tenant is waiting and must hear why;
 * one that ran is ordered again for as long as it is wanted.
 */
export function afterFailure(group: GroupState, error: SubletError, facts: FailureFacts): GroupState {
  const patient = facts.nowMs < facts.patientUntilMs && errorCodes[error.code].retryable
  const keepsTrying = group.everRan || patient
  const { salt: _salt, leaseId: _leaseId, offer: _offer, orderHash: _hash, ...rest } = group
  if (!keepsTrying) {
    return {
      ...rest,
      ...(group.leaseId === undefined ? {} : { leaseId: group.leaseId }),
      stage: 'failed',
      message: error.message,
      problem: storedProblem(error),
    }
  }
  const retryMs = retryDelayMs(group.failures)
  return {
    ...rest,
    stage: 'waiting',
    failures: group.failures + 1,
    // When nobody else can do it, those that failed before get another chance.
    failedProviders: isSubletError(error, 'order.no-match') ? [] : group.failedProviders,
    retryAtMs: facts.nowMs + retryMs,
    message: `${error.message} Trying again in ${ageWords(Math.ceil(retryMs / 1000) * 1000)}.`,
  }
}

export function storedProblem(error: SubletError): StoredProblem {
  const problem = JSON.parse(
    JSON.stringify(toProblem(error), (_key, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    ),
  )
  return problem as StoredProblem
}

/** Remembers a provider that is not to be asked again soon. */
export function withFailedProvider(group: GroupState, provider: Address): GroupState {
  return group.failedProviders.includes(provider)
    ? group
    : { ...group, failedProviders: [...group.failedProviders, provider] }
}
