import type { LeaseStatus } from '@sublet/protocol'
import type { GroupState } from './state.ts'

/** Takes in that the lease's provider is not heard of any more, or is again. An earlier silence goes on, also over a restart. */
export function noteReach(group: GroupState, reachable: boolean, nowMs: number): GroupState {
  const { awaySinceMs = nowMs, ...heard } = group
  if (reachable) return { ...heard, message: group.lease?.message ?? 'Running.' }
  return {
    ...heard,
    awaySinceMs,
    message: 'The provider does not answer at the moment; the workload may run on.',
  }
}

/** Takes in what the provider says of the lease, and when each step was first seen. */
export function noteStatus(group: GroupState, status: LeaseStatus, sinceCreationMs: number): GroupState {
  const { awaySinceMs: _heardAgain, ...heard } = group
  const timings = { ...group.timings }
  timings.accepted ??= sinceCreationMs
  if (status.phase === 'opening' || status.phase === 'active') timings.ready ??= sinceCreationMs
  if (status.phase === 'active') timings.opened ??= sinceCreationMs
  return {
    ...heard,
    stage: 'following',
    lease: status,
    message: status.message,
    timings,
    everRan: group.everRan || status.phase === 'active',
    ...(status.phase === 'active' ? { failures: 0 } : {}),
  }
}
