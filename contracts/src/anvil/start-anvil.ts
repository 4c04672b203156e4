import { spawn } from 'node:child_process'
import { mkdir, open } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { anvilBinary } from './anvil-binary.ts'
import { callRpc, chainIdAt } from './rpc.ts'
import {
  adoptStateWrittenByAnvil,
  hasStateFiles,
  newestState,
  type StateFiles,
  saveState,
  stateFilesOf,
} from './state-file.ts'

export interface StartAnvilOptions {
  /** 127.0.0.1's port; a free one is taken when absent. */
  port?: number
  chainId?: number
  /** How many funded accounts of the well-known test mnemonic there are; 10 by default. */
  accounts?: number
  /** A mnemonic of one's own instead of the well-known one. */
  mnemonic?: string
  /** Ether that each account starts with; 10,000 by default. */
  balanceEther?: number
  /** Keeps the chain in this file across restarts; without it the chain is gone when anvil ends. */
  statePath?: string
  /** How often the state is kept while anvil runs, seconds; 30 by default. */
  stateIntervalSeconds?: number
  /** A block every so often instead of one per transaction, seconds. */
  blockTimeSeconds?: number
  /** The first block's time, unix seconds; now by default. */
  timestamp?: number
  /** More of anvil's own options, as its command line takes them. */
  extraArguments?: readonly string[]
  /** Where anvil's own output goes; nowhere by default. */
  logPath?: string
  /** How long to wait for the first answer, milliseconds; 20,000 by default. */
  startTimeoutMs?: number
  /** Told in the very moment the process is there, long before it answers. */
  onSpawn?(process: { pid: number; port: number }): void
}

export interface RunningAnvil {
  rpcUrl: string
  port: number
  pid: number
  /** Writes the state file now. Rejects where no state is kept. */
  saveState(): Promise<void>
  /** Stops keeping the state but lets anvil run on, for another process to adopt. */
  release(): void
  /** Ends anvil with its state kept. Does nothing when it has ended already. */
  stop(): Promise<void>
}

export const defaultChainId = 31337

export function rpcUrlOf(port: number): string {
  return `http://127.0.0.1:${port}`
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('No free port.')),
      )
    })
  })
}

async function requireFree(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const server = createServer()
    server.once('error', (cause) =>
      reject(
        new Error(`Port ${port}, meant for the chain, is in use by another program. Choose another port.`, {
          cause,
        }),
      ),
    )
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()))
  })
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/**
 * Starts anvil detached: it outlives a killed parent and can be adopted.
 * @throws Error when the port is taken, the state cannot be read, or anvil does not answer in time.
 */
export async function startAnvil(options: StartAnvilOptions = {}): Promise<RunningAnvil> {
  const port = options.port ?? (await freePort())
  if (options.port !== undefined) await requireFree(options.port)
  const rpcUrl = rpcUrlOf(port)
  const files = options.statePath === undefined ? undefined : stateFilesOf(options.statePath)
  const args = await anvilArguments(options, port, files)

  let log: Awaited<ReturnType<typeof open>> | undefined
  if (options.logPath !== undefined) {
    await mkdir(dirname(options.logPath), { recursive: true })
    log = await open(options.logPath, 'a')
  }
  const child = spawn(anvilBinary(), args, {
    detached: true,
    stdio: ['ignore', log?.fd ?? 'ignore', log?.fd ?? 'ignore'],
  })
  const { pid } = child
  if (pid !== undefined) options.onSpawn?.({ pid, port })
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `exit code ${code}`}`))
  })
  child.unref()
  await log?.close()

  const deadline = Date.now() + (options.startTimeoutMs ?? 20_000)
  while ((await chainIdAt(rpcUrl)) === undefined) {
    const why = await Promise.race([ended, delay(25, undefined)])
    if (why !== undefined || pid === undefined)
      throw new Error(`The chain (anvil) did not start: ${why ?? 'no process'}.`)
    if (Date.now() > deadline) {
      process.kill(pid, 'SIGKILL')
      throw new Error('The chain (anvil) did not answer in time.')
    }
  }
  if (pid === undefined) throw new Error('The chain (anvil) did not start.')
  return superviseAnvil({ port, pid, files, stateIntervalSeconds: options.stateIntervalSeconds ?? 30 })
}

async function anvilArguments(
  options: StartAnvilOptions,
  port: number,
  files: StateFiles | undefined,
): Promise<string[]> {
  const args = [
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--chain-id',
    String(options.chainId ?? defaultChainId),
  ]
  args.push('--accounts', String(options.accounts ?? 10), '--balance', String(options.balanceEther ?? 10_000))
  if (options.mnemonic !== undefined) args.push('--mnemonic', options.mnemonic)
  if (options.blockTimeSeconds !== undefined) args.push('--block-time', String(options.blockTimeSeconds))
  if (options.timestamp !== undefined) args.push('--timestamp', String(options.timestamp))
  if (options.extraArguments !== undefined) args.push(...options.extraArguments)
  if (options.logPath === undefined) args.push('--quiet')
  if (files !== undefined) {
    await mkdir(dirname(files.current), { recursive: true })
    const newest = await newestState(files)
    if (newest !== undefined) args.push('--load-state', newest.path)
    else if (await hasStateFiles(files)) {
      throw new Error(
        `None of the chain's state files (${files.current}*) can be read. Move them away to start a new chain.`,
      )
    }
    args.push('--dump-state', files.byAnvil, '--state-interval', String(options.stateIntervalSeconds ?? 30))
  }
  return args
}

interface Supervised {
  port: number
  pid: number
  files: StateFiles | undefined
  stateIntervalSeconds: number
}

/** Keeps a running anvil's state and ends it on demand, whoever started it. */
export function superviseAnvil({ port, pid, files, stateIntervalSeconds }: Supervised): RunningAnvil {
  const rpcUrl = rpcUrlOf(port)
  let savedBlock: unknown
  let saving: Promise<void> | undefined

  async function saveIfNew(): Promise<void> {
    if (files === undefined) return
    const block = await callRpc(rpcUrl, 'eth_blockNumber')
    if (block === savedBlock) return
    await saveState(rpcUrl, files)
    savedBlock = block
  }
  function saveOnce(): Promise<void> {
    saving ??= saveIfNew().finally(() => {
      saving = undefined
    })
    return saving
  }
  const timer =
    files === undefined
      ? undefined
      : // A save that fails is tried again at the next beat; anvil's own dump stands in meanwhile.
        setInterval(() => void saveOnce().catch(() => {}), stateIntervalSeconds * 1000)
  timer?.unref()

  return {
    rpcUrl,
    port,
    pid,
    async saveState() {
      if (files === undefined) throw new Error('This chain keeps no state: no statePath was given.')
      await saveOnce()
    },
    release() {
      clearInterval(timer)
    },
    async stop() {
      clearInterval(timer)
      await saving?.catch(() => {})
      if (!isAlive(pid)) return
      await saveOnce().catch(() => {})
      process.kill(pid, 'SIGTERM')
      const deadline = Date.now() + 10_000
      while (isAlive(pid)) {
        if (Date.now() > deadline) {
          process.kill(pid, 'SIGKILL')
          break
        }
        await delay(10)
      }
      if (files !== undefined) await adoptStateWrittenByAnvil(files)
    },
  }
}
