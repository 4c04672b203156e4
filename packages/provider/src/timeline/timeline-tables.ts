import type { Migration } from '@sublet/service'

export interface TimelineTables {
  lease_events: {
    lease_id: string
    sequence: number
    at_ms: number
    /** `LeaseEvent` as it travels. */
    event: string
  }
}

export const timelineMigration: Migration = {
  name: '002-lease-events',
  sql: `
    create table lease_events (
      lease_id text not null,
      sequence integer not null,
      at_ms bigint not null,
      event jsonb not null,
      primary key (lease_id, sequence)
    );
    create index lease_events_at on lease_events (at_ms);
  `,
}
