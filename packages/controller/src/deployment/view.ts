import type { Deployment, DeploymentGroup, DeploymentPhase } from '@sublet/protocol'
import { type DeploymentState, type GroupState, isOver } from './state.ts'

/** The phase of the whole, from what is wanted and where its groups are. */
export function phaseOf(state: DeploymentState): DeploymentPhase {
  const { groups } = state
  if (groups.every(isOver)) {
    const failed = state.problem !== undefined || groups.some(({ stage }) => stage === 'failed')
    return failed ? 'failed' : 'closed'
  }
  if (state.desired === 'closed') return 'closing'
  const open = groups.filter((group) => !isOver(group))
  if (open.some(({ stage }) => stage === 'picking')) return 'picking'
  if (open.some(({ stage }) => stage === 'ordering' || stage === 'waiting')) return 'ordering'
  return open.every(({ stage, lease }) => stage === 'following' && lease?.phase === 'active')
    ? 'running'
    : 'starting'
}

const settledMessages: Partial<Record<DeploymentPhase, string>> = {
  running: 'Running.',
  closing: 'Closing and settling.',
  closed: 'Closed and settled.',
}

function messageOf(state: DeploymentState, phase: DeploymentPhase): string {
  if (phase === 'failed') {
    return state.problem?.detail ?? state.groups.find(({ stage }) => stage === 'failed')?.message ?? 'Failed.'
  }
  // A running group may have something to say, such as that its money will end.
  const telling = state.groups.filter((group) => !isOver(group) && !isPlain(group))
  const [only] = telling
  if (phase === 'closing' || phase === 'closed') return `${badEnd(state)}${settledMessages[phase] ?? ''}`
  if (only === undefined) return settledMessages[phase] ?? state.groups[0]?.message ?? ''
  return state.groups.length === 1
    ? only.message
    : telling.map(({ name, message }) => `${name}: ${message}`).join(' ')
}

/** How work that ended by itself ended, where that was badly. */
function badEnd({ groups }: DeploymentState): string {
  const exitCode = groups.map(({ lease }) => lease?.exitCode ?? 0).find((code) => code !== 0)
  return exitCode === undefined ? '' : `Ended with exit code ${exitCode}. `
}

const isPlain = (group: GroupState) => group.stage === 'following' && group.message === ''

/** The latest of each step over all groups that have come so far. */
function timingsOf(groups: readonly GroupState[]): Record<string, number> {
  const steps = new Set(groups.flatMap(({ timings }) => Object.keys(timings)))
  return Object.fromEntries(
    [...steps]
      .filter((step) => groups.every(({ timings }) => step in timings))
      .map((step) => [step, Math.max(...groups.map(({ timings }) => timings[step] ?? 0))]),
  )
}

function groupView(group: GroupState): DeploymentGroup {
  const { name, stage, orderHash, bids, excluded, lease, offer, awaySinceMs } = group
  const provider = lease?.provider ?? offer?.agreement.provider
  // Before the offer a lease's number means nothing to anybody.
  const leaseId = lease?.leaseId ?? (offer === undefined ? undefined : group.leaseId)
  return {
    name,
    bids: [...bids],
    excluded: [...excluded],
    ...(orderHash === undefined ? {} : { orderHash }),
    ...(leaseId === undefined ? {} : { leaseId }),
    ...(provider === undefined ? {} : { provider }),
    ...(lease === undefined ? {} : { lease }),
    // A lease that is over or given up has nobody left to be away.
    ...(stage !== 'following' || awaySinceMs === undefined ? {} : { awaySinceMs }),
  }
}

/** The deployment as others see it. */
export function viewOf(state: DeploymentState): Deployment {
  const phase = phaseOf(state)
  const problem = state.problem ?? state.groups.find(({ problem }) => problem !== undefined)?.problem
  return {
    id: state.id,
    name: state.name,
    phase,
    message: messageOf(state, phase),
    ...(phase === 'failed' && problem !== undefined ? { problem } : {}),
    groups: state.groups.map(groupView),
    createdAtMs: state.createdAtMs,
    ...(state.endedAtMs === undefined ? {} : { endedAtMs: state.endedAtMs }),
    timings: timingsOf(state.groups),
  }
}
