import { type EndReason, type LeaseStatus, SubletError } from '@sublet/protocol'
import { lapseError } from '@sublet/sdk'
import { retryDelayMs, storedProblem, withFailedProvider } from './after-failure.ts'
import type { DeploymentState, GroupState } from './state.ts'

/** Ends that the tenant wanted, or that were agreed beforehand. */
const wanted: readonly EndReason[] = ['tenant-closed', 'duration-ended', 'job-ended', 'superseded']

/** A group whose lease was open and has ended: over when that was wanted, else ordered again or failed. */
export function afterEnd(
  group: GroupState,
  lease: LeaseStatus,
  desired: DeploymentState['desired'],
  nowMs: number,
): GroupState {
  const reason = lease.endReason ?? 'provider-closed'
  const ended: GroupState = { ...group, lease, stage: 'ended', message: lease.message }
  if (desired === 'closed' || wanted.includes(reason)) return ended
  if (reason === 'workload-crashed') {
    return { ...ended, stage: 'failed', problem: storedProblem(lapseError(lease)) }
  }
  if (reason === 'funds-ended') {
    const error = new SubletError('funds.insufficient', 'The money set aside for the lease ran out.', {
      hint: 'Fund the wallet with `sublet wallet fund`, then deploy again.',
      details: { leaseId: lease.leaseId },
    })
    return { ...ended, stage: 'failed', message: error.message, problem: storedProblem(error) }
  }
  return orderAgain(
    withFailedProvider(ended, lease.provider),
    `The provider ended the lease: ${lease.message}`,
    nowMs,
  )
}

/** Lets go of a lease that is settled, and orders another. */
export function orderAgain(group: GroupState, why: string, nowMs: number): GroupState {
  const { salt: _salt, leaseId: _leaseId, offer: _offer, orderHash: _hash, ...rest } = group
  return {
    ...rest,
    stage: 'waiting',
    bids: [],
    excluded: [],
    retryAtMs: group.failures === 0 ? nowMs : nowMs + retryDelayMs(group.failures),
    failures: group.failures + 1,
    message: `${why} Looking for another provider.`,
  }
}
