import { renameSync, writeFileSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { dumpsInto, endAnvilsDumpingInto } from './left-over.ts'
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

export interface AdoptOptions extends Omit<StartAnvilOptions, 'statePath' | 'onSpawn'> {
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

/** How long a process that is certainly this folder's anvil may take to answer: it may still start, or the machine be busy. */
const patienceMs = 20_000

/**
 * Takes over the anvil that an earlier process left running with this data folder, or starts one from its state. A recorded process
 * counts only if an anvil with the right chain id answers at its port. Any other that keeps its state in this folder was left by
 * a start that was killed before it could write it down, and is ended.
 */
export async function adoptOrStartAnvil(options: AdoptOptions): Promise<AdoptedAnvil> {
  const { dataDir, ...rest } = options
  await mkdir(dataDir, { recursive: true })
  const recordPath = join(dataDir, 'anvil.json')
  // Whole, since processes are recognised by it and may have other working folders.
  const statePath = resolve(dataDir, 'anvil-state.json')
  const files = stateFilesOf(statePath)
  const chainId = options.chainId ?? defaultChainId
  const stateIntervalSeconds = options.stateIntervalSeconds ?? 30

  const record = await readRecord(recordPath)
  if (record !== undefined && record.chainId === chainId && (await comesToAnswer(record, files.byAnvil))) {
    const running = superviseAnvil({ port: record.port, pid: record.pid, files, stateIntervalSeconds })
    return withRecord(running, recordPath, true)
  }
  await endAnvilsDumpingInto(files.byAnvil)
  const running = await startAnvil({
    ...rest,
    statePath,
    // Without a pause after the spawn, so that hardly a kill falls in between.
    onSpawn: ({ pid, port }) => writeRecord(recordPath, { pid, port, chainId }),
  })
  return withRecord(running, recordPath, false)
}

function writeRecord(path: string, record: AnvilRecord): void {
  const temporary = `${path}.${process.pid}.tmp`
  writeFileSync(temporary, JSON.stringify(record))
  renameSync(temporary, path)
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

/** Whether the recorded anvil answers, now or, where it is certainly ours, after a while. */
async function comesToAnswer(record: AnvilRecord, dumpPath: string): Promise<boolean> {
  const deadline = Date.now() + patienceMs
  while (isAlive(record.pid)) {
    if (await answers(record)) return true
    if (Date.now() > deadline || !(await dumpsInto(record.pid, dumpPath))) return false
    await delay(25)
  }
  return false
}
