import { spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeWith, testDatabaseUrl } from '@sublet/testing'
import { sql } from 'kysely'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createLog } from '../log/log.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import { isAlive } from './postmaster.ts'
import { openStore, type Store, type StoreOptions } from './store.ts'

const log = createLog({ name: 'test', level: 'silent' })
const migrations = [
  {
    name: '001-leases',
    sql: 'create table leases (id bigint primary key, paid numeric(78,0) not null, data jsonb);',
  },
]
interface Tables {
  leases: { id: number; paid: bigint; data: unknown }
}

/** Below a folder that only its owner may enter, as a home folder is. */
async function privateFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sublet-store-'))
  await chmod(folder, 0o700)
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'data')
}

async function open(options: Partial<StoreOptions>): Promise<Store<Tables>> {
  const store = await openStore<Tables>({ schema: 'provider', migrations, log, ...options })
  onTestFinished(() => store.close())
  return store
}

async function postmasterPid(dataDir: string): Promise<number> {
  const text = await readFile(join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8')
  return Number(text.split('\n')[0])
}

async function keepsAndReads(store: Store<Tables>) {
  const paid = 2n ** 200n
  await store.db
    .insertInto('leases')
    .values({ id: 2 ** 52, paid, data: JSON.stringify({ a: [1] }) })
    .execute()
  expect(await store.db.selectFrom('leases').selectAll().execute()).toEqual([
    { id: 2 ** 52, paid, data: { a: [1] } },
  ])
}

test('starts PostgreSQL in a folder that only its owner may enter, and stops it', async () => {
  const dataDir = await privateFolder()
  const store = await open({ dataDir })
  await keepsAndReads(store)
  const pid = await postmasterPid(dataDir)
  expect((await stat(join(dataDir, 'postgres/connection.json'))).mode & 0o777).toBe(0o600)
  await store.close()
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
})

test('what was kept is there after a restart, and migrations are applied once', async () => {
  const dataDir = await privateFolder()
  const first = await open({ dataDir })
  await keepsAndReads(first)
  await first.close()
  const second = await open({ dataDir })
  expect(await second.db.selectFrom('leases').select('id').execute()).toEqual([{ id: 2 ** 52 }])
})

test('daemons of one process share one PostgreSQL, each with its own schema', async () => {
  const dataDir = await privateFolder()
  const [provider, indexer] = await Promise.all([open({ dataDir }), open({ dataDir, schema: 'indexer' })])
  await keepsAndReads(provider)
  expect(await indexer.db.selectFrom('leases').selectAll().execute()).toEqual([])
  const pid = await postmasterPid(dataDir)
  await provider.close()
  await indexer.check()
  await indexer.close()
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
})

test('adopts the PostgreSQL that a killed process left, and loses nothing', async () => {
  const dataDir = await privateFolder()
  const folder = await mkdtemp(join(tmpdir(), 'sublet-parent-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const script = join(folder, 'parent.mts')
  const here = (file: string) => JSON.stringify(join(import.meta.dirname, file))
  await writeFile(
    script,
    `import { openStore } from ${here('store.ts')}
     import { createLog } from ${here('../log/log.ts')}
     const store = await openStore({ dataDir: process.argv[2], schema: 'provider', migrations: ${JSON.stringify(migrations)}, log: createLog({ name: 'x', level: 'silent' }) })
     await store.pool.query('insert into leases values (1, 5, null)')
     process.stdout.write('kept')
     setInterval(() => {}, 1000)`,
  )
  const parent = spawn(process.execPath, ['--import', 'tsx', script, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => parent.once('exit', resolve))
  const kept = new Promise((resolve) => parent.stdout.once('data', (data) => resolve(String(data))))
  expect(await Promise.race([kept, ended])).toBe('kept')
  const pid = await postmasterPid(dataDir)
  onTestFinished(() => {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL')
  })
  parent.kill('SIGKILL')
  await ended

  const embedded = await startEmbeddedPostgres({ dataDir, log })
  expect(embedded.adopted).toBe(true)
  expect(await postmasterPid(dataDir)).toBe(pid)
  const store = await open({ url: embedded.url })
  expect(await store.db.selectFrom('leases').select('paid').execute()).toEqual([{ paid: 5n }])
  await store.close()
  await embedded.stop()
  // Its number may stay taken where nobody collects orphans; its lock file goes with it.
  await expect(postmasterPid(dataDir)).rejects.toThrow('ENOENT')
})

test('recovers when PostgreSQL itself was killed and its lock file stayed', async () => {
  const dataDir = await privateFolder()
  const first = await open({ dataDir })
  await keepsAndReads(first)
  const pid = await postmasterPid(dataDir)
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
  await expect(first.check()).rejects.toMatchObject({ code: 'store.unreachable' })
  await first.close()
  const second = await open({ dataDir })
  expect(await second.db.selectFrom('leases').select('id').execute()).toEqual([{ id: 2 ** 52 }])
})

test('takes another port when the remembered one is in use', async () => {
  const dataDir = await privateFolder()
  const other = await startEmbeddedPostgres({ dataDir: await privateFolder(), log })
  onTestFinished(() => other.stop())
  const taken = Number(new URL(other.url).port)
  await mkdir(join(dataDir, 'postgres'), { recursive: true })
  await writeFile(join(dataDir, 'postgres/connection.json'), JSON.stringify({ port: taken, password: 'x' }))
  const store = await open({ dataDir })
  expect(Number(new URL(store.url).port)).not.toBe(taken)
})

test('says why a database cannot be used, with the cure and without the password', async () => {
  const refused = openStore({ url: 'postgres://u:hunter2@127.0.0.1:1/x', schema: 'a', migrations: [], log })
  await expect(refused).rejects.toMatchObject({
    code: 'store.unreachable',
    message: expect.stringContaining('127.0.0.1:1/x'),
    hint: expect.stringContaining('SUBLET_DATABASE_URL'),
  })
  await expect(refused).rejects.not.toThrow('hunter2')
  await expect(openStore({ schema: 'a', migrations: [], log })).rejects.toMatchObject({
    code: 'config.invalid',
  })
})

test('a migration that fails leaves nothing behind', async () => {
  const dataDir = await privateFolder()
  const broken = [...migrations, { name: '002-broken', sql: 'create table half (); create nonsense' }]
  await expect(open({ dataDir, migrations: broken })).rejects.toThrow('syntax error')
  const store = await open({ dataDir })
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'provider' order by 1
  `.execute(store.db)
  expect(rows).toEqual([{ name: 'leases' }, { name: 'migrations' }])
})

describeWith('postgres')('on a PostgreSQL by URL', () => {
  test('does the same, also when two start at once', async () => {
    const schema = `service_test_${process.pid}`
    const [store, other] = await Promise.all([
      open({ url: testDatabaseUrl, schema }),
      open({ url: testDatabaseUrl, schema }),
    ])
    onTestFinished(async () => {
      const last = await openStore({ url: testDatabaseUrl, schema, migrations, log })
      await last.pool.query(`drop schema ${schema} cascade`)
      await last.close()
    })
    await keepsAndReads(store)
    expect(await other.db.selectFrom('leases').select('paid').execute()).toEqual([{ paid: 2n ** 200n }])
  })

  test('one process at a time has a store that it asks for alone, also after its connection broke', async () => {
    const schema = `service_alone_${process.pid}`
    const first = await open({ url: testDatabaseUrl, schema, alone: true })
    onTestFinished(async () => {
      const last = await openStore({ url: testDatabaseUrl, schema, migrations, log })
      await last.pool.query(`drop schema ${schema} cascade`)
      await last.close()
    })
    const refused = { code: 'store.in-use', hint: expect.stringContaining('SUBLET_DATABASE_URL') }
    await expect(open({ url: testDatabaseUrl, schema, alone: true })).rejects.toMatchObject(refused)
    await first.pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name like $1 || '%'",
      [`sublet ${schema} sole user`],
    )
    // It claims the store anew; who comes meanwhile could have it.
    await vi.waitFor(async () => {
      const { rowCount } = await first.pool.query(
        `select 1 from pg_locks join pg_stat_activity using (pid)
         where locktype = 'advisory' and granted and application_name like $1 || '%'`,
        [`sublet ${schema} sole user`],
      )
      expect(rowCount).toBe(1)
    }, 20_000)
    await expect(open({ url: testDatabaseUrl, schema, alone: true })).rejects.toMatchObject(refused)
    await first.close()
    await open({ url: testDatabaseUrl, schema, alone: true })
  })
})
