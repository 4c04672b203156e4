import { createHash } from 'node:crypto'
import { SubletError } from '@sublet/protocol'
import type { ClientBase } from 'pg'
import type { Log } from '../log/log.ts'

/** One step of a schema's history. Once released, neither name nor SQL may change. */
export interface Migration {
  /** Begins with its number, such as `001-leases`. */
  name: string
  /** Statements in the daemon's own schema, without a transaction of their own. */
  sql: string
}

const fingerprint = (sql: string) => createHash('sha256').update(sql).digest('hex')

/**
 * The migrations still to be applied. Throws `store.incompatible` when the database has others, or in another order,
 * or with other SQL: then it was written by another version of this program.
 */
export function pendingMigrations(
  migrations: readonly Migration[],
  applied: readonly { name: string; fingerprint: string }[],
): Migration[] {
  for (const [index, { name, fingerprint: known }] of applied.entries()) {
    const ours = migrations[index]
    if (ours?.name === name && fingerprint(ours.sql) === known) continue
    const message =
      ours === undefined
        ? `The database has migration ${name}, which this version of Sublet does not know.`
        : `The database's migration ${name} is not this version's ${ours.name}.`
    throw new SubletError('store.incompatible', message, {
      hint: 'Run the newest version of Sublet that used this database, or give this one a database (or data folder) of its own.',
    })
  }
  return migrations.slice(applied.length)
}

/** Brings one PostgreSQL schema up to date in one transaction; whoever else tries at the same time waits. */
export async function migrate(
  client: ClientBase,
  { schema, migrations, log }: { schema: string; migrations: readonly Migration[]; log: Log },
): Promise<void> {
  const name = client.escapeIdentifier(schema)
  await client.query('begin')
  try {
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `sublet migrations ${schema}`,
    ])
    await client.query(
      `create schema if not exists ${name};
       create table if not exists ${name}.migrations (
         position integer primary key,
         name text not null,
         fingerprint text not null,
         applied_at timestamptz not null default now()
       );`,
    )
    const { rows } = await client.query<{ name: string; fingerprint: string }>(
      `select name, fingerprint from ${name}.migrations order by position`,
    )
    const pending = pendingMigrations(migrations, rows)
    if (pending.length > 0) await client.query(`set local search_path to ${name}`)
    for (const migration of pending) {
      await client.query(migration.sql)
      await client.query(`insert into ${name}.migrations (position, name, fingerprint) values ($1, $2, $3)`, [
        migrations.indexOf(migration),
        migration.name,
        fingerprint(migration.sql),
      ])
      log.debug({ schema, migration: migration.name }, 'migrated')
    }
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}
