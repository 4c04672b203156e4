import type { Address, Hex } from '@sublet/protocol'
import type { Store } from '@sublet/service'
import { sql } from 'kysely'
import type { VoucherTables } from './voucher-tables.ts'

/** What a provider knows of a tenant's channel. Amounts are token base units, counted from the channel's beginning. */
export interface ChannelBook {
  tenant: Address
  /** What the escrow had paid when the channel was first met. */
  base: bigint
  heldTotal: bigint
  heldSignature?: Hex | undefined
  /** When the voucher held first said more than was redeemed, unix seconds. */
  waitingSince: number
}

export interface LeaseBook {
  leaseId: Hex
  tenant: Address
  /** Unix seconds; undefined before it begins. */
  openedAt?: number | undefined
  granted: bigint
  creditSeconds: number
  /** What it cost in the end; undefined while it runs. */
  charged?: bigint | undefined
}

/** Channels and what was paid out of them. Every write settles once it is on the disk; throws `store.unreachable`. */
export interface VoucherStore {
  /** Leases that run, and what all others cost, by tenant. */
  read(): Promise<{ channels: ChannelBook[]; leases: LeaseBook[]; ended: Map<Address, bigint> }>
  saveChannel(channel: ChannelBook): Promise<void>
  saveLease(lease: LeaseBook): Promise<void>
}

export function createVoucherStore<T extends VoucherTables>(store: Store<T>): VoucherStore {
  const { db } = store as unknown as Store<VoucherTables>
  return {
    async read() {
      const isLive = sql<boolean>`lease_id in (select lease_id from leases where phase not in ('closed', 'lapsed'))`
      const [channels, leases, ended] = await Promise.all([
        db.selectFrom('voucher_channels').selectAll().execute(),
        db.selectFrom('voucher_leases').selectAll().where(isLive).execute(),
        db
          .selectFrom('voucher_leases')
          .select(['tenant', sql<string>`sum(coalesce(charged, granted))::text`.as('cost')])
          .where(sql<boolean>`not ${isLive}`)
          .groupBy('tenant')
          .execute(),
      ])
      return {
        ended: new Map(ended.map(({ tenant, cost }) => [tenant as Address, BigInt(cost)])),
        channels: channels.map((row) => ({
          tenant: row.tenant as Address,
          base: BigInt(row.base),
          heldTotal: BigInt(row.held_total),
          heldSignature: (row.held_signature ?? undefined) as Hex | undefined,
          waitingSince: row.waiting_since,
        })),
        leases: leases.map((row) => ({
          leaseId: row.lease_id as Hex,
          tenant: row.tenant as Address,
          openedAt: row.opened_at ?? undefined,
          granted: BigInt(row.granted),
          creditSeconds: row.credit_seconds,
          charged: row.charged === null ? undefined : BigInt(row.charged),
        })),
      }
    },
    async saveChannel({ tenant, base, heldTotal, heldSignature, waitingSince }) {
      const values = {
        base: base.toString(),
        held_total: heldTotal.toString(),
        held_signature: heldSignature ?? null,
        waiting_since: waitingSince,
      }
      await db
        .insertInto('voucher_channels')
        .values({ tenant, ...values })
        .onConflict((conflict) => conflict.column('tenant').doUpdateSet(values))
        .execute()
    },
    async saveLease({ leaseId, tenant, openedAt, granted, creditSeconds, charged }) {
      const values = {
        tenant,
        opened_at: openedAt ?? null,
        granted: granted.toString(),
        credit_seconds: creditSeconds,
        charged: charged?.toString() ?? null,
      }
      await db
        .insertInto('voucher_leases')
        .values({ lease_id: leaseId, ...values })
        .onConflict((conflict) => conflict.column('lease_id').doUpdateSet(values))
        .execute()
    },
  }
}
