import type { Deployment } from '@sublet/protocol'
import { Words } from '../design/words.tsx'
import { failureOf } from './failure.ts'

/** Why a deployment could not start, what to do about it, and the last words of the workload. */
export function FailurePanel({ deployment }: { deployment: Deployment }) {
  const { code, words, cure, lastLines } = failureOf(deployment)
  return (
    <section role="alert" className="sheet border-l-3 border-l-stop p-4">
      <h2>
        <Words text={words} />
      </h2>
      {cure === undefined ? null : (
        <p className="mt-1 text-soft">
          <Words text={cure} />
        </p>
      )}
      {code === undefined ? null : <p className="mt-1 font-mono text-[12px] text-soft">{code}</p>}
      {lastLines.length === 0 ? null : (
        <>
          <h3 className="mt-3 font-semibold">Its last lines</h3>
          <pre
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
            tabIndex={0}
            className="mt-1.5 max-h-60 overflow-auto rounded-md bg-sunk p-3 font-mono text-[12.5px] leading-[18px]"
          >
            {lastLines.join('\n')}
          </pre>
        </>
      )}
    </section>
  )
}
