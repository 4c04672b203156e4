import type { LeaseEvent } from '@sublet/protocol'

/** How far a pull is: it matters while it happens only, and the next word on it takes its place. */
export const isProgress = ({ reason, doneBytes }: LeaseEvent) =>
  reason === 'pulling' && doneBytes !== undefined

/** Adds events to those that are known, each once, oldest first, with the newest word on a pull alone. */
export function addEvents(known: readonly LeaseEvent[], added: readonly LeaseEvent[]): readonly LeaseEvent[] {
  const events = [...known]
  for (const event of added) {
    const last = events.at(-1)
    if (last !== undefined && event.sequence <= last.sequence) continue
    if (last !== undefined && isProgress(last)) events.pop()
    events.push(event)
  }
  return events
}

/** The pull that is under way, where it is known how far it is. */
export function pullUnderWay(
  events: readonly LeaseEvent[],
): { doneBytes: number; totalBytes: number | undefined } | undefined {
  const last = events.at(-1)
  if (last === undefined || !isProgress(last)) return undefined
  return { doneBytes: last.doneBytes ?? 0, totalBytes: last.totalBytes }
}
