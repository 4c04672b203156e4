import type { Migration } from '@sublet/service'

/** Amounts are token base units; they come back as decimal text. */
export interface VoucherTables {
  voucher_channels: {
    tenant: string
    /** What the escrow had paid when the channel was first met. */
    base: string
    held_total: string
    held_signature: string | null
    /** When the voucher held first said more than was redeemed, unix seconds. */
    waiting_since: number
  }
  voucher_leases: {
    lease_id: string
    tenant: string
    /** Unix seconds; null before it begins. */
    opened_at: number | null
    granted: string
    credit_seconds: number
    /** What it cost in the end; null while it runs. */
    charged: string | null
  }
}

export const voucherMigration: Migration = {
  name: '008-vouchers',
  sql: `
    create table voucher_channels (
      tenant text primary key,
      base numeric(40) not null,
      held_total numeric(40) not null,
      held_signature text,
      waiting_since bigint not null
    );
    create table voucher_leases (
      lease_id text primary key,
      tenant text not null,
      opened_at bigint,
      granted numeric(40) not null,
      credit_seconds integer not null,
      charged numeric(40)
    );
    create index voucher_leases_of_tenant on voucher_leases (tenant);
  `,
}
