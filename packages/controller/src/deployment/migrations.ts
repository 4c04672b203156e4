import type { Migration } from '@sublet/service'

export const migrations: readonly Migration[] = [
  {
    name: '001-deployments',
    sql: `
      create table deployments (
        id text primary key,
        name text not null,
        desired text not null check (desired in ('running', 'closed')),
        created_at_ms bigint not null,
        ended_at_ms bigint,
        problem jsonb,
        -- What the tenant asked for, secrets included: encrypted with a key that only the wallet can make.
        content bytea not null
      );
      create index deployments_by_age on deployments (created_at_ms desc);

      create table groups (
        deployment_id text not null references deployments (id) on delete cascade,
        name text not null,
        position integer not null,
        state jsonb not null,
        primary key (deployment_id, name)
      );

      -- Agreements with the tenant's signature on them: a lease may open from each until its deadline.
      create table open_offers (
        lease_id text not null,
        provider text not null,
        agreement jsonb not null,
        primary key (lease_id, provider)
      );
    `,
  },
  {
    name: '002-snapshots',
    sql: `
      create table snapshots (
        deployment text not null,
        volume text not null,
        taken_at_ms bigint not null,
        -- Where it lies, with the credentials for it: encrypted as the deployments' content is.
        place bytea not null,
        primary key (deployment, volume)
      );
    `,
  },
]
