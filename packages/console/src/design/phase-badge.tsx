import type { DeploymentPhase } from '@sublet/protocol'

const looks: Record<DeploymentPhase, { dot: string; words: string }> = {
  ordering: { dot: 'bg-ink pulse', words: 'Ordering' },
  picking: { dot: 'bg-lamp outline-1 outline-lampink', words: 'Your pick' },
  starting: { dot: 'bg-ink pulse', words: 'Starting' },
  running: { dot: 'bg-go', words: 'Running' },
  closing: { dot: 'bg-soft pulse', words: 'Closing' },
  closed: { dot: 'border border-soft', words: 'Closed' },
  failed: { dot: 'bg-stop', words: 'Failed' },
}

export function PhaseBadge({ phase }: { phase: DeploymentPhase }) {
  const { dot, words } = looks[phase]
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap font-medium" data-phase={phase}>
      <span aria-hidden className={`size-2.5 rounded-sm ${dot}`} />
      {words}
    </span>
  )
}
