import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../../packages/cli/bin/sublet.js', import.meta.url))
const repository = fileURLToPath(new URL('../..', import.meta.url))

export interface NetworkReport {
  controllerUrl: string
  token: string
  deployment?: { id: string; groups: { lease: { endpoints: { url: string }[] } }[] }
}

export interface RunningNetwork {
  report: NetworkReport
  /** From the start of the process to its report, which comes once the first URL is there. */
  startedInMs: number
  /** Resident memory of the one process, bytes. */
  residentBytes(): Promise<number>
  stop(): Promise<void>
}

/** Runs `sublet up` as a person would, in a process of its own. */
export async function runNetwork(
  dataDir: string,
  port: number,
  args: readonly string[],
): Promise<RunningNetwork> {
  const startedAt = performance.now()
  const child: ChildProcess = spawn(
    process.execPath,
    [bin, 'up', '--json', '--data', dataDir, '--port', String(port), ...args],
    { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  let said = ''
  let complaints = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints += text
  })
  const report = await new Promise<NetworkReport>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      try {
        resolve(JSON.parse(said) as NetworkReport)
      } catch {
        // not whole yet
      }
    })
    child.once('close', () => reject(new Error(`sublet up ended: ${said}${complaints}`)))
  })
  return {
    report,
    startedInMs: performance.now() - startedAt,
    async residentBytes() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024
    },
    async stop() {
      child.kill('SIGINT')
      await ended
    },
  }
}

export async function withTemporaryDir<T>(use: (path: string) => Promise<T>): Promise<T> {
  const path = await mkdtemp(join(tmpdir(), 'sublet-bench-'))
  try {
    return await use(path)
  } finally {
    await rm(path, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** A base port whose two neighbours are free as well. */
export async function freeBasePort(): Promise<number> {
  const isFree = (port: number) =>
    new Promise<boolean>((resolve) => {
      const server = createServer()
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
  for (let base = 31_000; base < 60_000; base += 10) {
    const free = await Promise.all([0, 1, 2].map((offset) => isFree(base + offset)))
    if (free.every(Boolean)) return base
  }
  throw new Error('no free ports')
}
