import type { LeaseEvent } from '@sublet/protocol'
import { Trouble } from '../design/trouble.tsx'
import { Words } from '../design/words.tsx'
import { formatTimeOfDay } from '../time/format-time.ts'
import type { EventsSnapshot } from './use-events.ts'

const marks: Record<LeaseEvent['level'], string> = {
  info: 'bg-edge',
  warning: 'bg-lamp outline-1 outline-lampink',
  error: 'bg-stop',
}

/** What happened to a lease, each with its reason code, as it happens. */
export function EventsView({ events: { value: events, state, error } }: { events: EventsSnapshot }) {
  const several = new Set(events.map(({ service }) => service)).size > 2
  return (
    <section aria-label="Events" className="grid gap-2">
      {state === 'lost' && error !== undefined ? (
        <Trouble error={error} title="The events broke off and are tried again." />
      ) : null}
      {events.length === 0 ? (
        <p className="text-soft">{state === 'ended' ? 'No events are kept.' : 'Nothing has happened yet.'}</p>
      ) : (
        <ol className="sheet divide-y divide-line" aria-label="What happened">
          {events.map(({ sequence, atMs, level, reason, message, service, replica }) => (
            <li
              key={sequence}
              data-reason={reason}
              className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 px-3 py-1.5"
            >
              <span className="w-26 font-mono whitespace-nowrap text-[12px] text-soft">
                {formatTimeOfDay(atMs)}
              </span>
              <span className="flex w-32 items-center gap-2 font-mono text-[12.5px]">
                <span aria-hidden className={`size-2 shrink-0 rounded-sm ${marks[level]}`} />
                {reason}
              </span>
              <span className="min-w-0 flex-1 basis-60">
                {level === 'info' ? null : <span className="sr-only">{level}: </span>}
                <Words text={message} />
                {several && service !== undefined ? (
                  <span className="ml-2 font-mono text-[12px] text-soft">
                    {service}/{replica ?? 0}
                  </span>
                ) : null}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
