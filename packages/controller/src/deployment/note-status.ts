import type { LeaseStatus } from '@sublet/protocol'
import type { GroupState } from './state.ts'

/** Takes in what the provider says of the lease, and when each step was first seen. */
export function noteStatus(group: GroupState, status: LeaseStatus, sinceCreationMs: number): GroupState {
  const timings = { ...group.timings }
  timings.accepted ??= sinceCreationMs
  if (status.phase === 'opening' || status.phase === 'active') timings.ready ??= sinceCreationMs
  if (status.phase === 'active') timings.opened ??= sinceCreationMs
  return {
    ...group,
    stage: 'following',
    lease: status,
    message: status.message,
    timings,
    everRan: group.everRan || status.phase === 'active',
    ...(status.phase === 'active' ? { failures: 0 } : {}),
  }
}
