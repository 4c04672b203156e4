import { type Deployment, type DeploymentGroup, lowestMatchingRate } from '@sublet/protocol'
import { Words } from '../design/words.tsx'
import { formatDollarsExactly } from '../money/format-money.ts'

/** Why a deployment could not start, what to do about it, and the last words of the workload. */
export function FailurePanel({ deployment, group }: { deployment: Deployment; group: DeploymentGroup }) {
  const { problem, message } = deployment
  const lines = group.lease?.lastLogLines ?? []
  const lowest = lowestMatchingRate(group.excluded)
  return (
    <section role="alert" className="sheet border-l-3 border-l-stop p-4">
      <h2>
        <Words text={problem?.detail ?? message} />
      </h2>
      {problem?.hint === undefined ? null : (
        <p className="mt-1 text-soft">
          <Words text={problem.hint} />
        </p>
      )}
      {lowest === undefined ? null : (
        <p className="mt-1 text-soft">
          The nearest provider would have taken it at{' '}
          <span className="text-ink">{formatDollarsExactly(lowest)} an hour</span>.
        </p>
      )}
      {problem === undefined ? null : <p className="mt-1 font-mono text-[12px] text-soft">{problem.code}</p>}
      {lines.length === 0 ? null : (
        <pre className="mt-3 max-h-52 overflow-auto rounded-md bg-sunk p-3 font-mono text-[12px] leading-4">
          {lines.join('\n')}
        </pre>
      )}
    </section>
  )
}
