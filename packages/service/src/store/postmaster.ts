import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface Postmaster {
  pid: number
  port: number
  /** As PostgreSQL writes it: `starting`, `stopping`, `ready`, `standby`. */
  status: string
}

/** What PostgreSQL's own lock file says; undefined when there is none or it is half written. */
export function parsePostmasterFile(text: string): Postmaster | undefined {
  const lines = text.split('\n').map((line) => line.trim())
  const [pid, port, status] = [Number(lines[0]), Number(lines[3]), lines[7]]
  if (!(pid > 0) || !(port > 0) || status === undefined || status === '') return undefined
  return { pid, port, status }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8')
  const { stdout } = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)])
  return stdout
}

/**
 * The PostgreSQL that runs on a cluster. A lock file outlives its writer after a crash, and its number may be another
 * program's by now: only a process whose command line has the cluster's own mark counts.
 */
export async function findPostmaster(
  cluster: string,
  mark: string,
): Promise<Postmaster | 'none' | 'unknown'> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => undefined)
  if (text === undefined) return 'none'
  const pid = Number(text.split('\n')[0])
  if (!(pid > 0) || !isAlive(pid)) return 'none'
  // Where command lines can't be read, PostgreSQL's own word has to do.
  if (!(await commandLine(pid).catch(() => mark)).includes(mark)) return 'none'
  return parsePostmasterFile(text) ?? 'unknown'
}
