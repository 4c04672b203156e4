import type { Migration } from '@sublet/service'
import type { Generated } from 'kysely'

export interface Tables {
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
]
