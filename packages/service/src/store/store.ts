import { SubletError } from '@sublet/protocol'
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely'
import type { Pool, PoolConfig } from 'pg'
import type { Log } from '../log/log.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import { explainingPool } from './explaining-pool.ts'
import { type Migration, migrate } from './migrate.ts'
import { connectionMark, pg } from './pg.ts'
import { claimSchema, type SoleUser } from './sole-user.ts'
import { explainStoreError } from './store-error.ts'

/** One daemon's own schema in PostgreSQL. */
export interface Store<Tables = unknown> {
  /** Its queries throw `store.unreachable` when the database cannot be used. */
  db: Kysely<Tables>
  /** For libraries that want one; its failures are its own. */
  pool: Pool
  schema: string
  /** With the password in it: never log it. */
  url: string
  /** For `/readyz`: throws `store.unreachable` when the database does not answer. */
  check(): Promise<void>
  close(): Promise<void>
}

export interface StoreOptions {
  /** A PostgreSQL of one's own (`SUBLET_DATABASE_URL`); without it one is started in `dataDir`. */
  url?: string | undefined
  dataDir?: string | undefined
  /** The daemon's name: everything it keeps is in the PostgreSQL schema of that name. */
  schema: string
  migrations: readonly Migration[]
  log: Log
  /** Refuses to share the schema with another process that also asks for it alone. False by default. */
  alone?: boolean | undefined
  /** 10 by default. */
  maxConnections?: number | undefined
}

const int8 = 20
const numeric = 1700

/** What comes from a column of 64 bits: milliseconds, block numbers, sizes. */
function parseInt8(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value))
    throw new RangeError(`${text} in a bigint column passes 2^53; use numeric`)
  return value
}

/** Money is `numeric` without decimals: a bigint inside. */
const parseNumeric = (text: string): bigint | number => (/^-?\d+$/.test(text) ? BigInt(text) : Number(text))

const types: NonNullable<PoolConfig['types']> = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (oid === int8) return parseInt8
    if (oid === numeric) return parseNumeric
    return pg.types.getTypeParser(oid, format as 'text')
  },
}

/** The driver takes any text for a host's name, and then looks for that host. */
function requirePostgresUrl(text: string): void {
  if (URL.canParse(text) && ['postgres:', 'postgresql:'].includes(new URL(text).protocol)) return
  throw new SubletError('config.invalid', 'SUBLET_DATABASE_URL is no address of a PostgreSQL database.', {
    hint: 'Write postgres://USER:PASSWORD@HOST:5432/DATABASE, or unset it to use the one that Sublet brings.',
  })
}

/**
 * Opens a daemon's store and brings its schema up to date. `bigint` columns read as numbers, whole `numeric` ones as bigints, `timestamptz` as Date;
 * unqualified table names are the daemon's own. Throws `store.unreachable` when the database cannot be used, `store.in-use` when another
 * process has it, `store.incompatible` when it belongs to another version.
 */
export async function openStore<Tables = unknown>(options: StoreOptions): Promise<Store<Tables>> {
  const { dataDir, schema, migrations, log, maxConnections = 10 } = options
  if (options.url === undefined && dataDir === undefined) {
    throw new SubletError('config.invalid', 'The store has neither a database nor a data folder.', {
      hint: 'Set SUBLET_DATABASE_URL, or name a data folder with --data.',
    })
  }
  if (options.url !== undefined) requirePostgresUrl(options.url)
  const embedded =
    options.url === undefined && dataDir !== undefined
      ? await startEmbeddedPostgres({ dataDir, log })
      : undefined
  const url = embedded?.url ?? options.url ?? ''
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: 10_000,
    application_name: `sublet ${schema} ${connectionMark}`,
    options: `-c search_path=${schema}`,
    types,
  })
  // A broken connection is replaced, and whoever used it hears of it; but an event that nobody hears ends the process.
  const onBroken = (err: Error) => log.warn({ err }, 'a database connection broke')
  pool.on('error', onBroken)
  pool.on('connect', (client) => client.on('error', onBroken))
  let sole: SoleUser | undefined
  try {
    if (options.alone === true) sole = await claimSchema({ url, schema, log })
    const client = await pool.connect()
    try {
      await migrate(client, { schema, migrations, log })
    } finally {
      client.release()
    }
  } catch (cause) {
    await sole?.release()
    await pool.end()
    await embedded?.stop()
    throw explainStoreError(cause, url)
  }
  const explained = explainingPool(pool, (cause) => explainStoreError(cause, url))
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: explained }) })
  let closed: Promise<void> | undefined
  return {
    db,
    pool,
    schema,
    url,
    async check() {
      await db.executeQuery(CompiledQuery.raw('select 1'))
    },
    close() {
      closed ??= db
        .destroy()
        .then(() => sole?.release())
        .then(() => embedded?.stop())
      return closed
    },
  }
}
