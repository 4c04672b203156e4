import type { Validation } from '@sublet/protocol'
import { Words } from '../design/words.tsx'

type Finding = Validation['findings'][number]

/** Everything wrong or doubtful in the file, each a way to its place. */
export function FindingsList({
  findings,
  onGo,
}: {
  findings: readonly Finding[]
  onGo: (line: number, column: number) => void
}) {
  return (
    <ul className="sheet divide-y divide-line">
      {findings.map((finding) => (
        <li key={`${finding.line}:${finding.column}:${finding.code}:${finding.message}`}>
          <button
            type="button"
            onClick={() => onGo(finding.line, finding.column)}
            className="flex w-full gap-3 px-3 py-2 text-left hover:bg-sunk/60"
          >
            <span
              className={`shrink-0 font-mono text-[13px] leading-5 font-semibold ${finding.severity === 'error' ? 'text-stop' : 'text-lampink'}`}
            >
              {finding.line}:{finding.column}
            </span>
            <span className="min-w-0">
              <span className="sr-only">{finding.severity}: </span>
              <Words text={finding.message} />
              {finding.mend === undefined && finding.expected === undefined ? null : (
                <span className="block text-soft">
                  <Words text={cure(finding)} />
                </span>
              )}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}

function cure({ expected, mend }: Finding): string {
  return [...(expected === undefined ? [] : [`Expected ${expected}`]), ...(mend === undefined ? [] : [mend])]
    .map(asSentence)
    .join(' ')
}

function asSentence(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? '' : '.'}`
}
