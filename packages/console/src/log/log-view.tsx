import { isEnded, type LeaseStatus } from '@sublet/protocol'
import {
  useDeferredValue,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { counted } from '../design/names.ts'
import { Trouble } from '../design/trouble.tsx'
import { formatTimeOfDay } from '../time/format-time.ts'
import { filterLines, highlight, type KeptLine } from './log-buffer.ts'
import { createLogSource } from './log-source.ts'
import { lineHeightPx, visibleRange } from './visible-range.ts'

/** The output of a lease as it is written: follow it or stop and read, search it, look at one service. */
export function LogView({ lease }: { lease: LeaseStatus | undefined }) {
  if (lease === undefined)
    return <p className="text-soft">The log begins when a provider has taken the workload.</p>
  return (
    <LiveLog
      leaseId={lease.leaseId}
      services={lease.services.map(({ name }) => name)}
      over={isEnded(lease.phase)}
      last={lease.lastLogLines ?? []}
    />
  )
}

interface LiveLogProps {
  leaseId: string
  services: readonly string[]
  over: boolean
  /** Kept by the lease itself, for when the provider has nothing any more. */
  last: readonly string[]
}

function LiveLog({ leaseId, services, over, last }: LiveLogProps) {
  const overNow = useRef(over)
  useEffect(() => {
    overNow.current = over
  }, [over])
  const source = useMemo(() => createLogSource(leaseId, () => overNow.current), [leaseId])
  const { value: buffer, state, error } = useSyncExternalStore(source.subscribe, source.snapshot)
  const [search, setSearch] = useState('')
  const [service, setService] = useState('')
  const [follow, setFollow] = useState(true)
  const wanted = useDeferredValue(search)
  const lines = useMemo(
    () => filterLines(buffer.lines, { search: wanted, service }),
    [buffer, wanted, service],
  )

  if (over && state === 'ended' && buffer.lines.length === 0) return <LastLines lines={last} />
  const filtered = lines.length !== buffer.lines.length
  return (
    <section aria-label="Log" className="grid gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <input
          type="search"
          className="field min-w-0 flex-1 basis-40"
          placeholder="Search the log"
          aria-label="Search the log"
          value={search}
          onChange={({ target }) => setSearch(target.value)}
        />
        {services.length < 2 ? null : (
          <select
            className="field"
            aria-label="Service"
            value={service}
            onChange={({ target }) => setService(target.value)}
          >
            <option value="">Every service</option>
            {services.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
        {state === 'ended' ? null : (
          <button
            type="button"
            className={`button ${follow ? '' : 'button-go'}`}
            onClick={() => setFollow(!follow)}
          >
            {follow ? 'Pause' : 'Follow'}
          </button>
        )}
      </div>
      {state === 'lost' && error !== undefined ? (
        <Trouble error={error} title="The log broke off and is tried again." />
      ) : null}
      <Lines
        lines={lines}
        search={wanted}
        named={services.length > 1 && service === ''}
        follow={follow}
        onScrolledAway={() => setFollow(false)}
      />
      <p className="flex flex-wrap gap-x-4 text-soft" role="status">
        <span>
          {filtered
            ? `${lines.length} of ${counted(buffer.lines.length, 'line')}`
            : counted(lines.length, 'line')}
        </span>
        {buffer.dropped === 0 ? null : (
          <span>{counted(buffer.dropped, 'older line')} no longer kept here</span>
        )}
        <span>{stateWords(state, follow)}</span>
      </p>
    </section>
  )
}

function stateWords(state: string, follow: boolean): string {
  if (state === 'connecting') return 'waiting for lines'
  if (state === 'ended') return 'the log has ended'
  if (state === 'lost') return 'connecting again'
  return follow ? 'following' : 'paused; new lines are still collected'
}

interface LinesProps {
  lines: readonly KeptLine[]
  search: string
  named: boolean
  follow: boolean
  onScrolledAway: () => void
}

/** Only the lines in sight are in the page, however long the log. */
function Lines({ lines, search, named, follow, onScrolledAway }: LinesProps) {
  const box = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 400 })
  const { from, to } = visibleRange(lines.length, view.top, view.height)

  useEffect(() => {
    const element = box.current
    if (element === null) return
    const observer = new ResizeObserver(() => setView(({ top }) => ({ top, height: element.clientHeight })))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: every change of the lines moves the end
  useLayoutEffect(() => {
    const element = box.current
    if (follow && element !== null) element.scrollTop = element.scrollHeight
  }, [follow, lines])

  return (
    <div
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      role="log"
      aria-label="Lines"
      aria-live="off"
      className="sheet h-[min(52vh,520px)] min-h-60 overflow-auto py-2 font-mono text-[12.5px] [overflow-anchor:none]"
      onScroll={({ currentTarget }) => {
        const { scrollTop, clientHeight, scrollHeight } = currentTarget
        setView({ top: scrollTop, height: clientHeight })
        if (follow && scrollHeight - scrollTop - clientHeight > 3 * lineHeightPx && scrollTop < view.top)
          onScrolledAway()
      }}
    >
      <div className="relative w-max min-w-full" style={{ height: lines.length * lineHeightPx }}>
        <div className="absolute inset-x-0" style={{ top: from * lineHeightPx }}>
          {lines.slice(from, to).map((line) => (
            <div
              key={line.number}
              className={`flex gap-3 px-3 whitespace-pre hover:bg-sunk/70 ${line.stream === 'stderr' ? 'text-stop' : ''}`}
              style={{ height: lineHeightPx, lineHeight: `${lineHeightPx}px` }}
            >
              <span className="text-soft select-none max-sm:hidden">{formatTimeOfDay(line.atMs)}</span>
              {named ? (
                <span className="w-20 shrink-0 overflow-hidden text-ellipsis text-soft">{line.service}</span>
              ) : null}
              <span>
                {highlight(line.text, search).map((piece, index) =>
                  piece.hit ? (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a piece is its place in the line
                    <mark key={index} className="rounded-sm bg-lamp text-onlamp">
                      {piece.text}
                    </mark>
                  ) : (
                    piece.text
                  ),
                )}
              </span>
            </div>
          ))}
        </div>
      </div>
      {lines.length === 0 ? (
        <p className="px-3 font-sans text-soft">
          {search === '' ? 'No line yet.' : 'No line has these words.'}
        </p>
      ) : null}
    </div>
  )
}

function LastLines({ lines }: { lines: readonly string[] }) {
  if (lines.length === 0) return <p className="text-soft">The lease has ended and left no log.</p>
  return (
    <section aria-label="Log">
      <p className="mb-2 text-soft">The lease has ended. These are its last lines.</p>
      <pre className="sheet max-h-[52vh] overflow-auto p-3 font-mono text-[12.5px] leading-[18px]">
        {lines.join('\n')}
      </pre>
    </section>
  )
}
