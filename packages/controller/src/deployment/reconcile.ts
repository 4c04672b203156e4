import type { DeploymentState, GroupState } from './state.ts'
import { isOver } from './state.ts'

/** What brings a group closer to what is wanted. */
export type GroupAction =
  /** Post an order, with the salt written down if there is one: that one was never signed away. */
  | { kind: 'order' }
  /** Ask provider and chain what became of an offer whose answer was not written down. */
  | { kind: 'take-up' }
  /** Watch the lease. */
  | { kind: 'follow' }
  /** See to it that no lease of this offer runs. */
  | { kind: 'close' }
  | { kind: 'wait'; untilMs: number }
  /** Nothing was signed away, so there is nothing to undo. */
  | { kind: 'end' }
  | { kind: 'none' }

/** Decides from what is wanted and what is written down; the same after a crash as before it. */
export function nextAction(
  desired: DeploymentState['desired'],
  group: GroupState,
  nowMs: number,
): GroupAction {
  if (isOver(group)) return { kind: 'none' }
  const bound = group.stage === 'offering' || group.stage === 'following'
  if (desired === 'closed' || group.wanted === 'closed') return { kind: bound ? 'close' : 'end' }
  switch (group.stage) {
    case 'offering':
      return { kind: 'take-up' }
    case 'following':
      return { kind: 'follow' }
    case 'waiting':
      return group.retryAtMs !== undefined && group.retryAtMs > nowMs
        ? { kind: 'wait', untilMs: group.retryAtMs }
        : { kind: 'order' }
    default:
      return { kind: 'order' }
  }
}
