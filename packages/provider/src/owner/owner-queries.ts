import {
  type Hex,
  type LeaseEvent,
  type LeaseStatus,
  leaseEventSchema,
  leaseStatusSchema,
} from '@sublet/protocol'
import type { Store } from '@sublet/service'
import { sql } from 'kysely'
import type { Tables } from '../journal/tables.ts'

/** What the owner is shown of the journal. */
export interface OwnerQueries {
  /** What all leases paid that ended before an instant, token base units. */
  paidBefore(atMs: number): Promise<bigint>
  /** Leases that ended since an instant. */
  endedSince(atMs: number): Promise<LeaseStatus[]>
  /** The newest events of all leases, oldest first. */
  recentEvents(limit: number): Promise<{ leaseId: Hex; event: LeaseEvent }[]>
}

export function createOwnerQueries({ db }: Store<Tables>): OwnerQueries {
  return {
    async paidBefore(atMs) {
      const { paid } = await db
        .selectFrom('leases')
        .select(sql<string>`coalesce(sum((status->>'paid')::numeric), 0)::text`.as('paid'))
        .where('phase', '=', 'closed')
        .where('updated_at_ms', '<', atMs)
        .executeTakeFirstOrThrow()
      return BigInt(paid)
    },
    async endedSince(atMs) {
      const rows = await db
        .selectFrom('leases')
        .select('status')
        .where('phase', '=', 'closed')
        .where('updated_at_ms', '>=', atMs)
        .execute()
      // jsonb comes parsed.
      return rows.map(({ status }) => leaseStatusSchema.parse(status))
    },
    async recentEvents(limit) {
      const rows = await db
        .selectFrom('lease_events')
        .select(['lease_id', 'event'])
        .orderBy('at_ms', 'desc')
        .orderBy('sequence', 'desc')
        .limit(limit)
        .execute()
      return rows
        .map((row) => ({ leaseId: row.lease_id as Hex, event: leaseEventSchema.parse(row.event) }))
        .reverse()
    },
  }
}
