import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../../packages/cli/bin/sublet.js', import.meta.url))
export const repository = fileURLToPath(new URL('../..', import.meta.url))

export interface CommandResult {
  exitCode: number
  stdout: string
  stderr: string
  /** Standard output as JSON; throws where it is none. */
  json<T = Record<string, never>>(): T
}

export interface RunOptions {
  env?: Record<string, string>
  input?: string
  timeoutMs?: number
}

/** Starts one command; the caller sees to its streams and its end. */
export function spawnSublet(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [bin, ...args], {
    env: { ...process.env, NO_COLOR: '1', CI: '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: repository,
  })
}

/** Runs one command to its end. */
export async function sublet(args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  const child = spawnSublet(args, options.env)
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdin?.end(options.input ?? '')
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 120_000)
  const exitCode = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)))
  clearTimeout(timer)
  return { exitCode, stdout, stderr, json: () => parse(stdout, stderr) }
}

function parse<T>(stdout: string, stderr: string): T {
  try {
    return JSON.parse(stdout) as T
  } catch {
    throw new Error(`not JSON: ${stdout}\n${stderr}`)
  }
}

/** What `sublet up --json` prints once it is up. */
export interface UpReport {
  console: string
  controllerUrl: string
  token: string
  relayUrl: string
  rpcUrl: string
  deployment?: {
    id: string
    groups: { leaseId: string; lease: { provider: string; endpoints: { url: string }[] } }[]
  }
}

export interface UpProcess extends LongProcess<UpReport> {
  /** A command against this network. */
  run(args: readonly string[], options?: RunOptions): Promise<CommandResult>
}

export interface UpOptions {
  dataDir: string
  port: number
  args?: readonly string[]
  env?: Record<string, string>
  timeoutMs?: number
}

/** A command that goes on, and what it said when it was up. */
export interface LongProcess<Report> extends AsyncDisposable {
  readonly pid: number
  readonly report: Report
  /** Everything written to standard error so far. */
  stderr(): string
  /** Ctrl-C, then waits for the end; answers the exit code. */
  stop(): Promise<number>
  kill9(): Promise<void>
}

/** A process that may not be up yet. */
export interface Begun<Up> {
  /** Rejects with what it said when it ends before it is up. */
  readonly up: Promise<Up>
  /** Ends it at once, however far it is. */
  kill9(): Promise<void>
}

/** Starts `sublet up` and waits until it reports. Throws with what it said when it ends before. */
export async function startUp(options: UpOptions): Promise<UpProcess> {
  return beginUp(options).up
}

/** Starts `sublet up` without waiting for it. */
export function beginUp(options: UpOptions): Begun<UpProcess> {
  const { dataDir, port } = options
  const begun = beginLong<UpReport>(
    ['up', '--json', '--data', dataDir, '--port', String(port), ...(options.args ?? [])],
    options,
  )
  const run: UpProcess['run'] = (args, runOptions) =>
    sublet([...args.slice(0, 1), '--data', dataDir, ...args.slice(1)], runOptions)
  return { ...begun, up: unheard(begun.up.then((up) => ({ ...up, run }))) }
}

/** Starts a command that reports as JSON once it is up and then goes on, and waits for that. */
export async function startLong<Report extends object>(
  args: readonly string[],
  options: Pick<UpOptions, 'env' | 'timeoutMs'> = {},
): Promise<LongProcess<Report>> {
  return beginLong<Report>(args, options).up
}

/** Whoever kills a process does not wait for its report. */
function unheard<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined)
  return work
}

function beginLong<Report extends object>(
  args: readonly string[],
  options: Pick<UpOptions, 'env' | 'timeoutMs'>,
): Begun<LongProcess<Report>> {
  const child = spawnSublet(args, options.env)
  const name = args[0]
  let stdout = ''
  let stderr = ''
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const reported = new Promise<Report>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`${name} did not report in time: ${stdout}\n${stderr}`))
    }, options.timeoutMs ?? 60_000)
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      try {
        const said = JSON.parse(stdout) as Report | { code: string }
        // A problem document instead: the end of the process tells it.
        if ('code' in said) return
        resolve(said)
        clearTimeout(timer)
      } catch {
        // more is to come
      }
    })
    void ended.then((code) => {
      clearTimeout(timer)
      reject(new Error(`${name} ended with ${code}: ${stdout}\n${stderr}`))
    })
  })
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT')
    return ended
  }
  const kill9 = async () => {
    child.kill('SIGKILL')
    await ended
  }
  const up = reported.then((report) => ({
    pid: child.pid ?? -1,
    report,
    stderr: () => stderr,
    stop,
    kill9,
    [Symbol.asyncDispose]: async () => {
      await stop()
    },
  }))
  return { up: unheard(up), kill9 }
}

/** An empty folder that goes when the test ends. */
export async function temporaryDir(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'sublet-e2e-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}

function listenOnce(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** A base port with the next two free as well. */
export async function freeBasePort(): Promise<number> {
  for (let base = 20_000 + (process.pid % 1000) * 20; base < 60_000; base += 10) {
    const free = await Promise.all([0, 1, 2].map((offset) => listenOnce(base + offset)))
    if (free.every(Boolean)) return base
  }
  throw new Error('no free ports')
}

/** Asks again until it gives something, within a deadline. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs
  let last: unknown
  while (Date.now() < deadline) {
    try {
      const value = await ask()
      if (value !== undefined) return value
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${what} did not happen within ${timeoutMs} ms`, { cause: last })
}
