import {
  type Address,
  agreementSchema,
  type Hex,
  isEnded,
  type LeaseStatus,
  leaseStatusSchema,
  manifestSchema,
} from '@sublet/protocol'
import type { Store, Vault } from '@sublet/service'
import { sql } from 'kysely'
import { z } from 'zod'
import { type Allocation, allocationSchema } from '../bid/allocate.ts'
import type { LeaseRecord } from '../lease/lease-record.ts'
import type { Fault, UsageSpan, UsageState } from '../metering/usage-span.ts'
import type { Tables } from './tables.ts'

export interface Reservation {
  leaseId: Hex
  orderHash: Hex
  allocation: Allocation
  expiresAtMs: number
}

export type TransactionKind =
  | 'register'
  | 'update'
  | 'open'
  | 'close'
  | 'settle'
  | 'notice'
  | 'credit'
  | 'withdraw'
  | 'redeem'

/** How a replica goes from one span of its usage to the next; without `next` it has ended. */
export interface UsageChange {
  leaseId: Hex
  service: string
  replica: number
  atMs: number
  exitCode?: number
  next?: { state: UsageState; fault?: Fault }
}

/** `seen`: when this provider last looked after its leases. `leaving`: when it will be away. */
export type MarkName = 'seen' | 'leaving'

/** What the provider must not forget. Every method settles once it is on the disk. */
export interface Journal {
  reserve(reservation: Reservation): Promise<void>
  unreserve(leaseId: Hex): Promise<void>
  reservations(): Promise<Reservation[]>

  /** Writes a new lease and takes its reservation's place, at once. False when the lease was there already. */
  addLease(record: LeaseRecord): Promise<boolean>
  saveLease(record: LeaseRecord): Promise<void>
  lease(leaseId: Hex): Promise<LeaseRecord | undefined>
  liveLeases(): Promise<LeaseRecord[]>
  /** Leases that lapsed and whose start deadline is later than an instant, unix seconds. */
  lapsedStartingAfter(seconds: number): Promise<LeaseRecord[]>
  /** Leases that closed later than an instant, milliseconds since 1970. */
  closedAfter(ms: number): Promise<LeaseRecord[]>
  /** One tenant's, newest first. */
  endedLeases(tenant: Address, limit: number): Promise<LeaseStatus[]>

  /** Ends the span that a replica is in, if any, and begins the next one, at once. */
  changeUsage(change: UsageChange): Promise<void>
  /** Every span of a lease, oldest first. */
  usageOf(leaseId: Hex): Promise<UsageSpan[]>

  /** Keeps something small of the provider's own under a name. */
  mark(name: MarkName, value: unknown): Promise<void>
  /** What was kept; undefined where nothing was. */
  marked(name: MarkName): Promise<unknown>

  /** Before a transaction is sent: answers its number here. */
  intend(kind: TransactionKind, leaseId: Hex | undefined, nowMs: number): Promise<number>
  settled(id: number, outcome: 'done' | 'failed', hash?: Hex): Promise<void>
  /** When the last such transaction of a lease that was mined was sent, milliseconds since 1970. */
  lastDone(kind: TransactionKind, leaseId: Hex): Promise<number | undefined>
}

/** Throws `store.unreachable` while the database can't be asked, so that callers wait and conclude nothing. */
export function createJournal(store: Store<Tables>, vault: Vault, now: () => number): Journal {
  const { db } = store
  function leaseRow(record: LeaseRecord) {
    return {
      phase: record.status.phase,
      status: JSON.stringify(z.encode(leaseStatusSchema, record.status)),
      // An ended lease has no use for what may hold secrets.
      manifest:
        record.manifest === undefined || isEnded(record.status.phase)
          ? null
          : vault.seal(JSON.stringify(z.encode(manifestSchema, record.manifest))),
      updated_at_ms: now(),
    }
  }

  function recordOf(row: Tables['leases']): LeaseRecord {
    const manifest = row.manifest === null ? undefined : vault.open(row.manifest)
    return {
      leaseId: row.lease_id as Hex,
      // jsonb comes parsed.
      status: z.decode(leaseStatusSchema, row.status as never),
      agreement: z.decode(agreementSchema, row.agreement as never),
      tenantSignature: row.tenant_signature as Hex,
      providerSignature: row.provider_signature as Hex,
      allocation: allocationSchema.parse(row.allocation),
      ...(manifest === undefined ? {} : { manifest: z.decode(manifestSchema, JSON.parse(manifest)) }),
    }
  }

  return {
    async reserve({ leaseId, orderHash, allocation, expiresAtMs }) {
      const values = {
        order_hash: orderHash,
        allocation: JSON.stringify(allocation),
        expires_at_ms: expiresAtMs,
      }
      await db
        .insertInto('reservations')
        .values({ lease_id: leaseId, ...values })
        .onConflict((conflict) => conflict.column('lease_id').doUpdateSet(values))
        .execute()
    },

    async unreserve(leaseId) {
      await db.deleteFrom('reservations').where('lease_id', '=', leaseId).execute()
    },

    async reservations() {
      const rows = await db.selectFrom('reservations').selectAll().execute()
      return rows.map((row) => ({
        leaseId: row.lease_id as Hex,
        orderHash: row.order_hash as Hex,
        allocation: allocationSchema.parse(row.allocation),
        expiresAtMs: row.expires_at_ms,
      }))
    },

    async addLease(record) {
      // One statement, so one trip: the tenant waits for it.
      const { numInsertedOrUpdatedRows } = await db
        .with('taken', (with_) => with_.deleteFrom('reservations').where('lease_id', '=', record.leaseId))
        .insertInto('leases')
        .values({
          lease_id: record.leaseId,
          agreement: JSON.stringify(z.encode(agreementSchema, record.agreement)),
          tenant_signature: record.tenantSignature,
          provider_signature: record.providerSignature,
          allocation: JSON.stringify(record.allocation),
          ...leaseRow(record),
        })
        .onConflict((conflict) => conflict.column('lease_id').doNothing())
        .executeTakeFirst()
      return numInsertedOrUpdatedRows === 1n
    },

    async saveLease(record) {
      await db.updateTable('leases').set(leaseRow(record)).where('lease_id', '=', record.leaseId).execute()
    },

    async lease(leaseId) {
      const row = await db.selectFrom('leases').selectAll().where('lease_id', '=', leaseId).executeTakeFirst()
      return row === undefined ? undefined : recordOf(row)
    },

    async liveLeases() {
      const rows = await db
        .selectFrom('leases')
        .selectAll()
        .where('phase', 'not in', ['closed', 'lapsed'])
        .execute()
      return rows.map(recordOf)
    },

    async lapsedStartingAfter(seconds) {
      const rows = await db
        .selectFrom('leases')
        .selectAll()
        .where('phase', '=', 'lapsed')
        .where(sql<boolean>`(agreement->>'startBy')::bigint > ${seconds}`)
        .execute()
      return rows.map(recordOf)
    },

    async closedAfter(ms) {
      const rows = await db
        .selectFrom('leases')
        .selectAll()
        .where('phase', '=', 'closed')
        .where('updated_at_ms', '>', ms)
        .execute()
      return rows.map(recordOf)
    },

    async endedLeases(tenant, limit) {
      const rows = await db
        .selectFrom('leases')
        .select('status')
        .where('phase', 'in', ['closed', 'lapsed'])
        .where(sql<boolean>`agreement->>'tenant' = ${tenant}`)
        .orderBy('updated_at_ms', 'desc')
        .limit(limit)
        .execute()
      return rows.map((row) => z.decode(leaseStatusSchema, row.status as never))
    },

    async changeUsage({ leaseId, service, replica, atMs, exitCode, next }) {
      // One statement, so that a crash leaves either both or neither.
      const ended = sql`
        update usage set ended_at_ms = ${atMs}, exit_code = ${exitCode ?? null}
        where lease_id = ${leaseId} and service = ${service} and replica = ${replica} and ended_at_ms is null`
      if (next === undefined) await ended.execute(db)
      else {
        await sql`
          with ended as (${ended})
          insert into usage (lease_id, service, replica, started_at_ms, state, fault)
          values (${leaseId}, ${service}, ${replica}, ${atMs}, ${next.state}, ${next.fault ?? null})`.execute(
          db,
        )
      }
    },

    async usageOf(leaseId) {
      const rows = await db
        .selectFrom('usage')
        .selectAll()
        .where('lease_id', '=', leaseId)
        .orderBy('id')
        .execute()
      return rows.map((row) => ({
        service: row.service,
        replica: row.replica,
        state: row.state as UsageState,
        startedAtMs: row.started_at_ms,
        ...(row.fault === null ? {} : { fault: row.fault as Fault }),
        ...(row.ended_at_ms === null ? {} : { endedAtMs: row.ended_at_ms }),
      }))
    },

    async mark(name, value) {
      const values = { value: JSON.stringify(value) }
      await db
        .insertInto('marks')
        .values({ name, ...values })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(values))
        .execute()
    },

    async marked(name) {
      const row = await db.selectFrom('marks').select('value').where('name', '=', name).executeTakeFirst()
      return row?.value
    },

    async lastDone(kind, leaseId) {
      const row = await db
        .selectFrom('transactions')
        .select('created_at_ms')
        .where('lease_id', '=', leaseId)
        .where('kind', '=', kind)
        .where('outcome', '=', 'done')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row?.created_at_ms
    },

    async intend(kind, leaseId, nowMs) {
      const { id } = await db
        .insertInto('transactions')
        .values({ kind, lease_id: leaseId ?? null, created_at_ms: nowMs })
        .returning('id')
        .executeTakeFirstOrThrow()
      return id
    },

    async settled(id, outcome, hash) {
      await db
        .updateTable('transactions')
        .set({ outcome, ...(hash === undefined ? {} : { hash }) })
        .where('id', '=', id)
        .execute()
    },
  }
}
