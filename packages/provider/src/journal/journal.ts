import {
  agreementSchema,
  type Hex,
  isEnded,
  type LeaseStatus,
  leaseStatusSchema,
  manifestSchema,
} from '@sublet/protocol'
import type { Store } from '@sublet/service'
import { z } from 'zod'
import { type Allocation, allocationSchema } from '../bid/allocate.ts'
import type { LeaseRecord } from '../lease/lease-record.ts'
import type { Tables } from './tables.ts'
import type { Vault } from './vault.ts'

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
  /** Newest first. */
  endedLeases(limit: number): Promise<LeaseStatus[]>

  beginUsage(interval: { leaseId: Hex; service: string; replica: number; startedAtMs: number }): Promise<void>
  endUsage(interval: {
    leaseId: Hex
    service: string
    replica: number
    endedAtMs: number
    exitCode: number
  }): Promise<void>

  /** Before a transaction is sent: answers its number here. */
  intend(kind: TransactionKind, leaseId: Hex | undefined, nowMs: number): Promise<number>
  settled(id: number, outcome: 'done' | 'failed', hash?: Hex): Promise<void>
}

export function createJournal({ db }: Store<Tables>, vault: Vault, now: () => number): Journal {
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

    async endedLeases(limit) {
      const rows = await db
        .selectFrom('leases')
        .select('status')
        .where('phase', 'in', ['closed', 'lapsed'])
        .orderBy('updated_at_ms', 'desc')
        .limit(limit)
        .execute()
      return rows.map((row) => z.decode(leaseStatusSchema, row.status as never))
    },

    async beginUsage({ leaseId, service, replica, startedAtMs }) {
      await db
        .insertInto('usage')
        .values({ lease_id: leaseId, service, replica, started_at_ms: startedAtMs })
        .execute()
    },

    async endUsage({ leaseId, service, replica, endedAtMs, exitCode }) {
      await db
        .updateTable('usage')
        .set({ ended_at_ms: endedAtMs, exit_code: exitCode })
        .where('lease_id', '=', leaseId)
        .where('service', '=', service)
        .where('replica', '=', replica)
        .where('ended_at_ms', 'is', null)
        .execute()
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
