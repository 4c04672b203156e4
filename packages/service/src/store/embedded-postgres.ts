import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { isSubletError } from '@sublet/protocol'
import type { Log } from '../log/log.ts'
import { connectionMark, pg } from './pg.ts'
import { pollUntil } from './poll.ts'
import { type Cluster, environment, initialise, lastLine, placeOf, startFailure } from './postgres-cluster.ts'
import { findPostgresPackage, restoreSymbolicLinks } from './postgres-package.ts'
import { postgresUser, reachableFolder } from './postgres-user.ts'
import { findPostmaster, type Postmaster } from './postmaster.ts'

export interface EmbeddedPostgres {
  /** With the password in it: never log it. */
  url: string
  /** Whether it ran already, left by a process that was killed or kept by another. */
  adopted: boolean
  /**
   * Gives it back. It stops when everybody in this process has done so, unless another process uses it.
   */
  stop(): Promise<void>
}

interface Connection {
  port: number
  password: string
}

const startTimeoutMs = 60_000

/**
 * Small, as it shares a tenant's or provider's machine, but with every write durable: there is money in it. Loopback
 * only, and no file sockets, whose paths may be at most 107 bytes.
 */
const settings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '48MB',
  max_connections: '100',
  max_wal_size: '256MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  io_method: 'sync',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

/** Running ones by folder: several daemons of one process share one, and the last to leave stops it. */
const shared = new Map<string, { users: number; running: Promise<Omit<EmbeddedPostgres, 'stop'>> }>()

/**
 * Starts the PostgreSQL that npm brought along, on a data folder of its own below `dataDir`, or adopts the one that runs
 * there already. It is a process of its own that outlives a killed parent. Throws `store.unreachable` with the reason.
 */
export async function startEmbeddedPostgres({
  dataDir,
  log,
}: {
  dataDir: string
  log: Log
}): Promise<EmbeddedPostgres> {
  const base = resolve(dataDir, 'postgres')
  const entry = shared.get(base) ?? { users: 0, running: start(base, log) }
  shared.set(base, entry)
  entry.users++
  let given = false
  const leave = async () => {
    if (given) return
    given = true
    entry.users--
    if (entry.users > 0) return
    shared.delete(base)
    const { url } = await entry.running
    await stopUnlessUsed(await clusterAt(base), url, log)
  }
  try {
    return { ...(await entry.running), stop: leave }
  } catch (error) {
    if (shared.get(base) === entry) shared.delete(base)
    throw error
  }
}

async function clusterAt(base: string): Promise<Cluster> {
  const folder = join(base, 'cluster')
  const owner = await stat(folder).catch(() => undefined)
  const user = await postgresUser()
  return {
    folder,
    mark: `sublet-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`,
    connectionFile: join(base, 'connection.json'),
    logFile: join(base, 'postgres.log'),
    // A cluster belongs to one user for its whole life.
    user:
      user !== undefined && owner !== undefined && owner.uid !== 0
        ? { uid: owner.uid, gid: owner.gid }
        : user,
  }
}

async function start(base: string, log: Log): Promise<Omit<EmbeddedPostgres, 'stop'>> {
  await mkdir(base, { recursive: true, mode: 0o700 })
  const cluster = await clusterAt(base)
  const connection = await readConnection(cluster)
  const running = await waitWhileChanging(cluster)
  if (running !== undefined) {
    log.debug({ pid: running.pid, port: running.port }, 'adopted the running PostgreSQL')
    return { url: urlOf({ ...connection, port: running.port }), adopted: true }
  }
  const { folder: installed, version } = findPostgresPackage()
  await restoreSymbolicLinks(installed)
  const programs = await reachableFolder({ folder: installed, version, user: cluster.user })
  const started = performance.now()
  if ((await stat(cluster.folder).catch(() => undefined)) === undefined) {
    await initialise(cluster, programs, connection.password)
  }
  const postmaster = await launch(cluster, programs, connection)
  log.debug(
    { pid: postmaster.pid, port: postmaster.port, ms: Math.round(performance.now() - started) },
    'started PostgreSQL',
  )
  return { url: urlOf({ ...connection, port: postmaster.port }), adopted: false }
}

const urlOf = ({ port, password }: Connection) => `postgres://sublet:${password}@127.0.0.1:${port}/postgres`

/** The ready one; undefined when none runs. One that starts or stops is waited for. */
async function waitWhileChanging(cluster: Cluster): Promise<Postmaster | undefined> {
  const settled = await pollUntil(
    async () => {
      const found = await findPostmaster(cluster.folder, cluster.mark)
      if (found === 'none') return 'none'
      return found !== 'unknown' && found.status === 'ready' ? found : undefined
    },
    { everyMs: 10, timeoutMs: startTimeoutMs },
  )
  if (settled === undefined) throw startFailure(cluster, 'it does not become ready')
  return settled === 'none' ? undefined : settled
}

async function readConnection(cluster: Cluster): Promise<Connection> {
  const text = await readFile(cluster.connectionFile, 'utf8').catch(() => undefined)
  if (text !== undefined) return JSON.parse(text) as Connection
  const fresh = { port: 0, password: randomBytes(24).toString('hex') }
  await writeConnection(cluster, fresh)
  return fresh
}

async function writeConnection(cluster: Cluster, connection: Connection): Promise<void> {
  const draft = `${cluster.connectionFile}.${process.pid}`
  await writeFile(draft, `${JSON.stringify(connection)}\n`, { mode: 0o600 })
  await rename(draft, cluster.connectionFile)
}

async function freePort(wanted: number): Promise<number> {
  const tryPort = (port: number) =>
    new Promise<number | undefined>((done) => {
      const server = createServer()
      server.once('error', () => done(undefined))
      server.listen(port, '127.0.0.1', () => {
        const address = server.address()
        server.close(() => done(typeof address === 'object' ? address?.port : undefined))
      })
    })
  return (wanted === 0 ? undefined : await tryPort(wanted)) ?? (await tryPort(0)) ?? 0
}

async function launch(cluster: Cluster, programs: string, connection: Connection): Promise<Postmaster> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(connection.port)
    if (port !== connection.port) await writeConnection(cluster, { ...connection, port })
    try {
      return await launchOn(port, cluster, programs)
    } catch (error) {
      // Somebody may have taken the port since it was found free, or started the same cluster.
      const other = await waitWhileChanging(cluster)
      if (other !== undefined) return other
      if (attempt === 3 || !isSubletError(error)) throw error
    }
  }
}

async function launchOn(port: number, cluster: Cluster, programs: string): Promise<Postmaster> {
  const { cwd, name } = placeOf(cluster.folder, cluster.user)
  const logFile = openSync(cluster.logFile, 'a', 0o600)
  const from = (await stat(cluster.logFile)).size
  const options = { ...settings, port: String(port), cluster_name: cluster.mark }
  const child = spawn(
    join(programs, 'bin', 'postgres'),
    ['-D', name, ...Object.entries(options).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
    {
      stdio: ['ignore', logFile, logFile],
      env: environment(),
      detached: true,
      ...(cwd && { cwd }),
      ...(cluster.user ?? {}),
    },
  )
  closeSync(logFile)
  let exited: string | undefined
  child.once('error', (error) => (exited = error.message))
  child.once('exit', () => (exited = 'it ended'))
  child.unref()
  const ready = await pollUntil(
    async () => {
      if (exited !== undefined) return exited
      const found = await findPostmaster(cluster.folder, cluster.mark)
      return typeof found === 'object' && found.status === 'ready' ? found : undefined
    },
    { everyMs: 5, timeoutMs: startTimeoutMs },
  )
  if (typeof ready === 'object') return ready
  const said = (await readFile(cluster.logFile)).subarray(from).toString()
  throw startFailure(cluster, said.trim() === '' ? (ready ?? 'it does not become ready') : lastLine(said))
}

/** Whether another process is connected. A killed one's connections linger for a moment, so they get that moment. */
async function usedByOthers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  client.on('error', () => {})
  try {
    await client.connect()
    const free = await pollUntil(
      async () => {
        const { rows } = await client.query<{ others: number }>(
          `select count(*)::int as others from pg_stat_activity
           where backend_type = 'client backend' and pid <> pg_backend_pid() and application_name not like $1`,
          [`%${connectionMark}`],
        )
        return rows[0]?.others === 0 ? true : undefined
      },
      { everyMs: 20, timeoutMs: 200 },
    )
    return free === undefined
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

async function stopUnlessUsed(cluster: Cluster, url: string, log: Log): Promise<void> {
  const running = await findPostmaster(cluster.folder, cluster.mark)
  if (typeof running !== 'object') return
  if (await usedByOthers(url)) {
    log.debug({ pid: running.pid }, 'left PostgreSQL running for another process')
    return
  }
  process.kill(running.pid, 'SIGINT')
  const gone = await pollUntil(
    async () => ((await findPostmaster(cluster.folder, cluster.mark)) === 'none' ? true : undefined),
    { everyMs: 5, timeoutMs: 30_000 },
  )
  if (gone === undefined) log.warn({ pid: running.pid }, 'PostgreSQL takes over 30 seconds to stop')
}
