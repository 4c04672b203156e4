import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { callRpc, chainIdAt } from './rpc.ts'
import {
  defaultChainId,
  isAlive,
  type RunningAnvil,
  rpcUrlOf,
  type StartAnvilOptions,
  startAnvil,
  superviseAnvil,
} from './start-anvil.ts'
import { stateFilesOf } from './state-file.ts'

export interface AdoptOptions extends Omit<StartAnvilOptions, 'statePath'> {
  /** Holds `anvil-state.json` and its companions, and `anvil.json` which names the process that runs. */
  dataDir: string
}

export interface AdoptedAnvil extends RunningAnvil {
  /** Whether it ran already, left by a process that was killed. */
  adopted: boolean
}

interface AnvilRecord {
  pid: number
  port: number
  chainId: number
}

/**
 * Takes over the anvil that an earlier process left running with this data folder, or starts one from its state. A recorded process
 * counts only if it is alive and an anvil with the right chain id answers at its port.
 */
export async function adoptOrStartAnvil(options: AdoptOptions): Promise<AdoptedAnvil> {
  const { dataDir, ...rest } = options
  await mkdir(dataDir, { recursive: true })
  const recordPath = join(dataDir, 'anvil.json')
  const statePath = join(dataDir, 'anvil-state.json')
  const chainId = options.chainId ?? defaultChainId
  const stateIntervalSeconds = options.stateIntervalSeconds ?? 30

  const record = await readRecord(recordPath)
  if (record !== undefined && record.chainId === chainId && isAlive(record.pid) && (await answers(record))) {
    const running = superviseAnvil({
      port: record.port,
      pid: record.pid,
      files: stateFilesOf(statePath),
      stateIntervalSeconds,
    })
    return withRecord(running, recordPath, true)
  }
  if (record !== undefined) await endLeftOver(record, statePath)
  const running = await startAnvil({ ...rest, statePath })
  const temporary = `${recordPath}.${process.pid}.tmp`
  await writeFile(
    temporary,
    JSON.stringify({ pid: running.pid, port: running.port, chainId } satisfies AnvilRecord),
  )
  await rename(temporary, recordPath)
  return withRecord(running, recordPath, false)
}

function withRecord(running: RunningAnvil, recordPath: string, adopted: boolean): AdoptedAnvil {
  return {
    ...running,
    adopted,
    async stop() {
      await running.stop()
      await rm(recordPath, { force: true })
    },
  }
}

async function readRecord(path: string): Promise<AnvilRecord | undefined> {
  try {
    const { pid, port, chainId } = JSON.parse(await readFile(path, 'utf8')) as Partial<AnvilRecord>
    if (typeof pid === 'number' && typeof port === 'number' && typeof chainId === 'number')
      return { pid, port, chainId }
  } catch {
    // None, or torn by a crash: then there is nothing to adopt.
  }
  return undefined
}

async function answers({ port, chainId }: AnvilRecord): Promise<boolean> {
  const rpcUrl = rpcUrlOf(port)
  if ((await chainIdAt(rpcUrl)) !== chainId) return false
  try {
    return String(await callRpc(rpcUrl, 'web3_clientVersion')).startsWith('anvil/')
  } catch {
    return false
  }
}

/** Ends a recorded process that no longer answers, if it is really the anvil of this data folder and not a newer process with its id. */
async function endLeftOver({ pid }: AnvilRecord, statePath: string): Promise<void> {
  let commandLine: string
  try {
    commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return
  }
  if (!commandLine.includes(statePath)) return
  process.kill(pid, 'SIGKILL')
  const deadline = Date.now() + 5_000
  while (isAlive(pid) && Date.now() < deadline) await delay(10)
}
