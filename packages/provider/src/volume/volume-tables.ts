import type { Migration } from '@sublet/service'

export interface VolumeTables {
  volume_uses: {
    name: string
    /** When it was last seen in use. */
    used_at_ms: number
  }
}

export const volumeMigration: Migration = {
  name: '004-volumes',
  sql: `
    create table volume_uses (
      name text primary key,
      used_at_ms bigint not null
    );
  `,
}
