import { type ChildProcess, spawn } from 'node:child_process'
import { chown, mkdir, open, readdir, rename, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SubletError } from '@sublet/protocol'
import type { SystemUser } from './postgres-user.ts'
import { isAlive } from './postmaster.ts'

/** Where one PostgreSQL keeps its data, and as whom it runs. */
export interface Cluster {
  /** PostgreSQL's own data. */
  folder: string
  /** In the command line of its process, to know it by. */
  mark: string
  connectionFile: string
  logFile: string
  user: SystemUser | undefined
}

/**
 * As root, PostgreSQL runs as another user who may not be allowed into the folders above its own. It needs not be: it is
 * started inside its folder, and knows it by the name that Linux gives to where a process is.
 */
export function placeOf(folder: string, user: SystemUser | undefined): { cwd?: string; name: string } {
  return user !== undefined && process.platform === 'linux'
    ? { cwd: folder, name: '/proc/self/cwd' }
    : { name: folder }
}

export const environment = () => ({ PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' })

function finished(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = ''
  child.stdout?.on('data', (chunk) => (output += chunk))
  child.stderr?.on('data', (chunk) => (output += chunk))
  return new Promise((done) => {
    child.on('error', (error) => done({ code: null, output: `${output}\n${error.message}` }))
    child.on('close', (code) => done({ code, output }))
  })
}

export const lastLine = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line !== '') ?? 'no word of why'

export function startFailure(cluster: Cluster, why: string): SubletError {
  return new SubletError('store.unreachable', `The embedded PostgreSQL did not start: ${why}.`, {
    hint: `Look at ${cluster.logFile}, or set SUBLET_DATABASE_URL to a PostgreSQL 15 or later.`,
  })
}

/** Makes the data folder, whole or not at all. */
export async function initialise(cluster: Cluster, programs: string, password: string): Promise<void> {
  const base = dirname(cluster.folder)
  for (const left of await readdir(base)) {
    const [, pid] = /^cluster\.(\d+)$/.exec(left) ?? []
    if (pid !== undefined && !isAlive(Number(pid)))
      await rm(join(base, left), { recursive: true, force: true })
  }
  const building = `${cluster.folder}.${process.pid}`
  const passwordFile = `${building}.password`
  await rm(building, { recursive: true, force: true })
  await mkdir(building, { mode: 0o700 })
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  const { uid, gid } = cluster.user ?? {}
  if (uid !== undefined && gid !== undefined) {
    await chown(building, uid, gid)
    await chown(passwordFile, uid, gid)
  }
  const passwordInput = await open(passwordFile, 'r')
  try {
    const { cwd, name } = placeOf(building, cluster.user)
    const initdb = spawn(
      join(programs, 'bin', 'initdb'),
      [
        `--pgdata=${name}`,
        '--username=sublet',
        '--auth=scram-sha-256',
        // As standard input, because as a file it may lie where the other user may not go.
        `--pwfile=${cwd === undefined ? passwordFile : '/dev/stdin'}`,
        '--encoding=UTF8',
        '--locale=C',
        '--wal-segsize=4',
        // The cluster is worth nothing before it is whole; what is in it later is synced as it is written.
        '--no-sync',
        '--no-instructions',
      ],
      {
        stdio: [passwordInput.fd, 'pipe', 'pipe'],
        env: environment(),
        ...(cwd && { cwd }),
        ...(cluster.user ?? {}),
      },
    )
    const { code, output } = await finished(initdb)
    if (code !== 0) throw startFailure(cluster, `it cannot make its data folder: ${lastLine(output)}`)
    await rename(building, cluster.folder)
  } catch (error) {
    await rm(building, { recursive: true, force: true })
    // Another process may have been quicker; then its cluster is ours too.
    if ((await stat(cluster.folder).catch(() => undefined)) === undefined) throw error
  } finally {
    await passwordInput.close()
    await unlink(passwordFile)
  }
}
