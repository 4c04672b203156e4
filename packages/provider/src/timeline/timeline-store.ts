import { type Hex, type LeaseEvent, leaseEventSchema } from '@sublet/protocol'
import type { Store } from '@sublet/service'
import type { TimelineTables } from './timeline-tables.ts'

/** Where leases' events are kept. */
export interface TimelineStore {
  add(events: readonly { leaseId: Hex; event: LeaseEvent }[]): Promise<void>
  /** Oldest first. */
  of(leaseId: Hex): Promise<LeaseEvent[]>
  /** The last number given, by lease. */
  lastSequences(): Promise<Map<Hex, number>>
  /** Forgets a lease's events up to a number. */
  forgetUpTo(leaseId: Hex, sequence: number): Promise<void>
  /** Forgets what happened before an instant, milliseconds since 1970. */
  forgetBefore(atMs: number): Promise<void>
}

export function createTimelineStore<T extends TimelineTables>(store: Store<T>): TimelineStore {
  const { db } = store as unknown as Store<TimelineTables>
  return {
    async add(events) {
      await db
        .insertInto('lease_events')
        .values(
          events.map(({ leaseId, event }) => ({
            lease_id: leaseId,
            sequence: event.sequence,
            at_ms: event.atMs,
            event: JSON.stringify(event),
          })),
        )
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    async of(leaseId) {
      const rows = await db
        .selectFrom('lease_events')
        .select('event')
        .where('lease_id', '=', leaseId)
        .orderBy('sequence')
        .execute()
      // jsonb comes parsed.
      return rows.map(({ event }) => leaseEventSchema.parse(event))
    },
    async lastSequences() {
      const rows = await db
        .selectFrom('lease_events')
        .select(({ fn }) => ['lease_id', fn.max('sequence').as('last')])
        .groupBy('lease_id')
        .execute()
      return new Map(rows.map((row) => [row.lease_id as Hex, Number(row.last)]))
    },
    async forgetUpTo(leaseId, sequence) {
      await db
        .deleteFrom('lease_events')
        .where('lease_id', '=', leaseId)
        .where('sequence', '<=', sequence)
        .execute()
    },
    async forgetBefore(atMs) {
      await db.deleteFrom('lease_events').where('at_ms', '<', atMs).execute()
    },
  }
}
