import type { Address, Hex } from '@sublet/protocol'
import type { Migration } from '@sublet/service'
import type { ColumnType } from 'kysely'

/** The schema `indexer`. Amounts are token base units an hour or in all, times unix seconds unless they say `_ms`. */
export interface IndexerTables {
  asks: {
    provider: Address
    sequence: number
    expires_at_ms: number
    signed_ask: ColumnType<unknown, string, string>
  }
  /** What the registry said, event by event; a node is what they come to (`node-history.ts`). */
  node_events: {
    block_number: bigint
    log_index: number
    node: Address
    event: ColumnType<unknown, string, string>
  }
  leases: {
    lease_id: Hex
    tenant: Address
    provider: Address
    indexer: Address
    token: Address
    rate_per_hour: bigint
    deposit: bigint
    opened_block: bigint
    funded_until: number
    closed_block: bigint | null
    close_reason: number | null
    paid_to_provider: bigint | null
    refunded: bigint | null
  }
  /** Host names of tenants' own: the ordered certificate with its key, sealed, and the attempts at one. */
  own_names: {
    host: string
    sealed_pem: Buffer | null
    failures: number
    failed_at_ms: number
    not_before_ms: number
    objection: ColumnType<unknown, string | null, string | null>
  }
  acme_accounts: {
    directory_url: string
    sealed_key: Buffer
  }
}

export const migrations: readonly Migration[] = [
  {
    name: '001-book-and-registry',
    sql: `
      create table asks (
        provider text primary key,
        sequence bigint not null,
        expires_at_ms bigint not null,
        signed_ask jsonb not null
      );
      create table node_events (
        block_number numeric(78, 0) not null,
        log_index integer not null,
        node text not null,
        event jsonb not null,
        primary key (block_number, log_index)
      );
      create index node_events_by_node on node_events (node, block_number, log_index);
      create table leases (
        lease_id text primary key,
        tenant text not null,
        provider text not null,
        indexer text not null,
        token text not null,
        rate_per_hour numeric(78, 0) not null,
        deposit numeric(78, 0) not null,
        opened_block numeric(78, 0) not null,
        funded_until bigint not null,
        closed_block numeric(78, 0),
        close_reason integer,
        paid_to_provider numeric(78, 0),
        refunded numeric(78, 0)
      );
      create index leases_by_provider on leases (provider) where closed_block is null;
    `,
  },
  {
    name: '002-own-names',
    sql: `
      create table own_names (
        host text primary key,
        sealed_pem bytea,
        failures integer not null,
        failed_at_ms bigint not null,
        not_before_ms bigint not null,
        objection jsonb
      );
      create table acme_accounts (
        directory_url text primary key,
        sealed_key bytea not null
      );
    `,
  },
]
