import { type Hex, type LeaseEvent, type LeaseEventReason, leaseEventReasons } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { Sleep } from '../lease/patience.ts'
import type { TimelineStore } from './timeline-store.ts'

/** What the one who notes it knows; number, time and level are added. */
export type NotedEvent = Omit<LeaseEvent, 'sequence' | 'atMs' | 'level'>

export type Note = (event: NotedEvent) => void

/** What happened to each lease, kept in the journal and told as it happens. */
export interface LeaseTimeline {
  /** Never waits and never throws: a lease must not stand still because a note of it can't be written. */
  note(leaseId: Hex, event: NotedEvent): void
  /** Oldest first; with `follow` also what comes, until the lease has ended. */
  read(leaseId: Hex, request: { follow: boolean; signal: AbortSignal }): AsyncGenerator<LeaseEvent>
  /** Forgets what is too old to matter to anybody. */
  forget(): Promise<void>
  /** Settles when everything noted so far is written, or can't be. */
  written(): Promise<void>
}

/** Of one lease as many events are kept, and at most twice as many for a while. */
export const keptPerLease = 500
const keptMs = 30 * 24 * 3_600_000
/** While the database is away. */
const mostWaiting = 10_000
const retryMs = 1_000

const isLast = ({ reason }: LeaseEvent) => reason === 'closed' || reason === 'lapsed'
/** How far a pull is matters while it happens only. */
const isPassing = ({ reason, doneBytes }: LeaseEvent) => reason === 'pulling' && doneBytes !== undefined

export async function createLeaseTimeline(parts: {
  store: TimelineStore
  now: () => number
  sleep: Sleep
  signal: AbortSignal
  log: Log
}): Promise<LeaseTimeline> {
  const { store, now, sleep, signal, log } = parts
  const last = await store.lastSequences()
  const listeners = new Map<Hex, Set<(event: LeaseEvent) => void>>()
  const waiting: { leaseId: Hex; event: LeaseEvent }[] = []
  const progress = new Map<Hex, LeaseEvent>()
  let writing: Promise<void> | undefined

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, 500)
      try {
        await store.add(batch)
        waiting.splice(0, batch.length)
        for (const { leaseId, event } of batch) {
          if (event.sequence > 0 && event.sequence % keptPerLease === 0)
            await store.forgetUpTo(leaseId, event.sequence - keptPerLease)
        }
      } catch (err) {
        if (signal.aborted) return
        log.warn({ err, waiting: waiting.length }, 'events of leases are not written down yet')
        waiting.splice(0, Math.max(0, waiting.length - mostWaiting))
        await sleep(retryMs, signal).catch(() => undefined)
      }
    }
  }

  function startWriting(): void {
    writing ??= write().finally(() => {
      writing = undefined
    })
  }

  return {
    note(leaseId, noted) {
      const sequence = (last.get(leaseId) ?? -1) + 1
      last.set(leaseId, sequence)
      const event: LeaseEvent = { sequence, atMs: now(), level: leaseEventReasons[noted.reason], ...noted }
      if (isPassing(event)) progress.set(leaseId, event)
      else {
        progress.delete(leaseId)
        waiting.push({ leaseId, event })
        startWriting()
      }
      for (const tell of listeners.get(leaseId) ?? []) tell(event)
      // One that lapsed may still be opened by somebody, and be told about.
      if (event.reason === 'closed') last.delete(leaseId)
    },

    async *read(leaseId, { follow, signal: gone }) {
      const queue: LeaseEvent[] = []
      let wake: () => void = () => {}
      const tell = (event: LeaseEvent) => {
        // Only the newest word on a pull counts to a slow reader.
        const newest = queue.at(-1)
        if (newest !== undefined && isPassing(newest) && isPassing(event)) queue.pop()
        queue.push(event)
        wake()
      }
      const set = listeners.get(leaseId) ?? new Set()
      listeners.set(leaseId, set.add(tell))
      const onAbort = () => wake()
      gone.addEventListener('abort', onAbort, { once: true })
      try {
        const unwritten = waiting.filter((one) => one.leaseId === leaseId).map(({ event }) => event)
        const kept = await store.of(leaseId)
        const under = progress.get(leaseId)
        const known = new Map(
          [...kept, ...unwritten, ...(under === undefined ? [] : [under])].map((event) => [
            event.sequence,
            event,
          ]),
        )
        let seen = -1
        let isOver = false
        for (const event of [...known.values()].sort((a, b) => a.sequence - b.sequence)) {
          seen = event.sequence
          isOver = isLast(event)
          yield event
        }
        if (isOver) return
        while (follow && !gone.aborted) {
          const event = queue.shift()
          if (event === undefined) {
            await new Promise<void>((resolve) => {
              wake = resolve
              if (queue.length > 0 || gone.aborted) resolve()
            })
            continue
          }
          if (event.sequence <= seen) continue
          yield event
          if (isLast(event)) return
        }
      } finally {
        gone.removeEventListener('abort', onAbort)
        set.delete(tell)
        if (set.size === 0) listeners.delete(leaseId)
      }
    },

    forget: () => store.forgetBefore(now() - keptMs),
    written: async () => {
      await writing
    },
  }
}

/** The event that stands for a lease's step into a phase. */
export const phaseReasons = {
  accepted: 'matched',
  pulling: 'pulling',
  starting: 'starting',
  opening: 'opening',
  active: 'opened',
  closing: 'closing',
  closed: 'closed',
  lapsed: 'lapsed',
} as const satisfies Record<string, LeaseEventReason>
