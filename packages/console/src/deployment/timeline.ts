import type { Deployment, LeasePhase, LeaseStatus } from '@sublet/protocol'

/** One step of a lease's way from order to answer, as people see it. */
export interface TimelineStep {
  key: string
  label: string
  state: 'done' | 'now' | 'ahead' | 'failed'
  /** Milliseconds since 1970 at which it began. */
  atMs: number | undefined
  /** Milliseconds that it took, once the next step has begun. */
  tookMs: number | undefined
}

const wayUp: readonly { key: LeasePhase | 'ordering'; label: string }[] = [
  { key: 'ordering', label: 'Order' },
  { key: 'accepted', label: 'Accepted' },
  { key: 'pulling', label: 'Pulling' },
  { key: 'starting', label: 'Starting' },
  { key: 'opening', label: 'Opening' },
  { key: 'active', label: 'Active' },
]

/** The steps of one lease in order: those that were, the one that is, those still ahead; the end last, when there is one. */
export function timelineOf(deployment: Deployment, lease: LeaseStatus | undefined): TimelineStep[] {
  const { timings } = deployment
  const reached: Partial<Record<string, number>> = {
    ordering: deployment.createdAtMs,
    failed: deployment.endedAtMs,
    // A lease that came to nothing is forgotten; when it was accepted is not.
    accepted: timings.accepted === undefined ? undefined : deployment.createdAtMs + timings.accepted,
    ...lease?.phaseAtMs,
  }
  const unmatched = lease === undefined && deployment.phase === 'failed'
  const phase: LeasePhase | 'ordering' | 'failed' = lease?.phase ?? (unmatched ? 'failed' : 'ordering')
  const ended = phase === 'closed' || phase === 'lapsed'
  const failed = phase === 'lapsed' || phase === 'failed'
  const stopped = failed || (lease === undefined && deployment.phase === 'closed')
  const last: { key: LeasePhase | 'failed'; label: string }[] =
    phase === 'failed'
      ? [{ key: 'failed', label: 'Failed' }]
      : phase === 'lapsed'
        ? [{ key: 'lapsed', label: 'Lapsed' }]
        : phase === 'closing' || phase === 'closed'
          ? [{ key: 'closed', label: phase === 'closed' ? 'Settled' : 'Closing' }]
          : []
  const up = stopped || ended ? wayUp.filter(({ key }) => reached[key] !== undefined) : wayUp
  const steps = [...up, ...last]
  const order = steps.map(({ key }) => startOf(reached, key, phase))
  const current = currentIndex(steps, reached, phase)
  return steps.map(({ key, label }, index) => {
    const atMs = order[index]
    const nextMs = order.slice(index + 1).find((at) => at !== undefined)
    return {
      key,
      label,
      state: stateOf(index, current, failed, phase === 'active' || ended || stopped),
      atMs,
      tookMs: atMs === undefined || nextMs === undefined ? undefined : Math.max(0, nextMs - atMs),
    }
  })
}

/** Closing and closed are one step for people: it begins with the first of the two. */
function startOf(reached: Partial<Record<string, number>>, key: string, phase: string): number | undefined {
  if (key !== 'closed') return reached[key]
  return phase === 'closed' ? (reached.closed ?? reached.closing) : reached.closing
}

function currentIndex(
  steps: readonly { key: string }[],
  reached: Partial<Record<string, number>>,
  phase: string,
): number {
  const here = steps.findIndex(({ key }) => key === phase || (key === 'closed' && phase === 'closing'))
  return here >= 0 ? here : steps.findLastIndex(({ key }) => reached[key] !== undefined)
}

function stateOf(index: number, current: number, failed: boolean, settled: boolean): TimelineStep['state'] {
  if (index > current) return 'ahead'
  if (index < current) return 'done'
  if (failed) return 'failed'
  return settled ? 'done' : 'now'
}
