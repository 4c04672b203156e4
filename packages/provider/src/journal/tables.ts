import type { Migration } from '@sublet/service'
import type { Generated } from 'kysely'
import { type ImageWishTables, imageWishMigration } from '../image/ahead/image-wishes.ts'
import { type ImageAccessTables, imageAccessMigration } from '../image/image-access.ts'
import { type ImageUseTables, imageUseMigration } from '../image/image-uses.ts'
import { type TimelineTables, timelineMigration } from '../timeline/timeline-tables.ts'
import { type VolumeTables, volumeMigration } from '../volume/volume-tables.ts'
import { type VoucherTables, voucherMigration } from '../voucher/voucher-tables.ts'

export interface Tables
  extends TimelineTables,
    VolumeTables,
    ImageUseTables,
    ImageWishTables,
    ImageAccessTables,
    VoucherTables {
  reservations: {
    lease_id: string
    order_hash: string
    /** `Allocation` as JSON. */
    allocation: string
    expires_at_ms: number
  }
  leases: {
    lease_id: string
    phase: string
    /** `LeaseStatus` as it travels. */
    status: string
    agreement: string
    tenant_signature: string
    provider_signature: string
    allocation: string
    /** Sealed by the vault; gone once the lease has ended. */
    manifest: Buffer | null
    updated_at_ms: number
  }
  usage: {
    id: Generated<number>
    lease_id: string
    service: string
    replica: number
    started_at_ms: number
    ended_at_ms: number | null
    exit_code: number | null
    /** `UsageState`. */
    state: string
    /** `Fault`; null where nothing went wrong. */
    fault: string | null
  }
  marks: {
    name: string
    /** JSON; parsed when read. */
    value: unknown
  }
  session_runs: {
    session_key: string
    /** Which start of the provider it spoke to first. */
    run: string
    expires_at_ms: number
  }
  transactions: {
    id: Generated<number>
    lease_id: string | null
    kind: string
    hash: string | null
    /** `done` or `failed`; null while nobody knows. */
    outcome: string | null
    created_at_ms: number
  }
}

export const migrations: readonly Migration[] = [
  {
    name: '001-journal',
    sql: `
      create table reservations (
        lease_id text primary key,
        order_hash text not null,
        allocation jsonb not null,
        expires_at_ms bigint not null
      );
      create table leases (
        lease_id text primary key,
        phase text not null,
        status jsonb not null,
        agreement jsonb not null,
        tenant_signature text not null,
        provider_signature text not null,
        allocation jsonb not null,
        manifest bytea,
        updated_at_ms bigint not null
      );
      create index leases_live on leases (phase) where phase not in ('closed', 'lapsed');
      create index leases_updated on leases (updated_at_ms);
      create table usage (
        id bigint generated always as identity primary key,
        lease_id text not null,
        service text not null,
        replica integer not null,
        started_at_ms bigint not null,
        ended_at_ms bigint,
        exit_code integer
      );
      create index usage_of_lease on usage (lease_id);
      create table transactions (
        id bigint generated always as identity primary key,
        lease_id text,
        kind text not null,
        hash text,
        outcome text,
        created_at_ms bigint not null
      );
      create index transactions_of_lease on transactions (lease_id);
    `,
  },
  timelineMigration,
  {
    name: '003-usage-states',
    sql: `
      alter table usage add column state text not null default 'serving';
      alter table usage alter column state drop default;
      alter table usage add column fault text;
      create table marks (
        name text primary key,
        value jsonb not null
      );
    `,
  },
  volumeMigration,
  imageUseMigration,
  imageAccessMigration,
  {
    name: '007-session-runs',
    sql: `
      create table session_runs (
        session_key text primary key,
        run text not null,
        expires_at_ms bigint not null
      );
    `,
  },
  voucherMigration,
  {
    name: '009-lapsed-leases',
    sql: `
      create index leases_lapsed_start on leases (((agreement->>'startBy')::bigint)) where phase = 'lapsed';
    `,
  },
  imageWishMigration,
  {
    name: '011-leases-of-tenant',
    sql: `
      create index leases_of_tenant on leases ((agreement->>'tenant'), updated_at_ms);
    `,
  },
]
