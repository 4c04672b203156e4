import { ageWords, type Deployment, durationWords, type LeaseStatus, sizeWords } from '@sublet/protocol'
import { formatTimeOfDay } from '../time/format-time.ts'
import { useNow } from '../time/use-now.ts'
import { type TimelineStep, timelineOf } from './timeline.ts'

const marks: Record<TimelineStep['state'], string> = {
  done: 'bg-ink',
  now: 'bg-lamp outline-1 outline-lampink pulse',
  ahead: 'bg-sheet border border-edge',
  failed: 'bg-stop',
}

/** The way of a lease from the order to its end, with the time that each step took. */
export function TimelineView({
  deployment,
  lease,
  pull,
}: {
  deployment: Deployment
  lease: LeaseStatus | undefined
  /** How far the images are, while they are pulled. */
  pull: { doneBytes: number; totalBytes: number | undefined } | undefined
}) {
  const nowMs = useNow()
  const steps = timelineOf(deployment, lease)
  return (
    <ol
      aria-label="Phases"
      className={`sheet grid grid-flow-row sm:grid-flow-col sm:divide-x sm:divide-line ${steps.length < 5 ? 'sm:auto-cols-[minmax(0,150px)]' : 'sm:auto-cols-fr'}`}
    >
      {steps.map((step) => (
        <li
          key={step.key}
          data-step={step.key}
          data-state={step.state}
          aria-current={step.state === 'now' ? 'step' : undefined}
          className={`flex items-baseline gap-2.5 px-3 py-1.5 sm:block sm:py-2.5 ${step.state === 'ahead' ? 'text-soft' : ''}`}
        >
          <span className="flex items-center gap-2 max-sm:w-28">
            <span aria-hidden className={`size-2.5 shrink-0 rounded-sm ${marks[step.state]}`} />
            <span className="font-medium">{step.label}</span>
          </span>
          <span className="font-mono text-[13px] whitespace-nowrap sm:mt-1 sm:block">
            {took(step, nowMs, deployment.createdAtMs)}
          </span>
          <span className="font-mono text-[12px] whitespace-nowrap text-soft max-sm:ml-auto sm:block">
            {step.key === 'pulling' && step.state === 'now' && pull !== undefined
              ? pulled(pull)
              : step.atMs === undefined
                ? '\u00a0'
                : formatTimeOfDay(step.atMs)}
          </span>
        </li>
      ))}
    </ol>
  )
}

function pulled({ doneBytes, totalBytes }: { doneBytes: number; totalBytes: number | undefined }): string {
  return totalBytes === undefined
    ? sizeWords(doneBytes)
    : `${sizeWords(doneBytes)} of ${sizeWords(totalBytes)}`
}

function took({ key, state, atMs, tookMs }: TimelineStep, nowMs: number, orderedMs: number): string {
  if (tookMs !== undefined) return durationWords(tookMs)
  if (key === 'active' && atMs !== undefined) return `${durationWords(atMs - orderedMs)} in all`
  if (state === 'now' && atMs !== undefined) return ageWords(nowMs - atMs)
  return '\u00a0'
}
