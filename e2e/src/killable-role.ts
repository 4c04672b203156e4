import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { NetworkAddresses } from '@sublet/contracts'
import type { Hex } from '@sublet/protocol'
import type { IndexerPlace, ProviderConfigInput } from '@sublet/provider'

interface CommonOptions {
  privateKey: Hex
  rpcUrl: string
  addresses: Omit<NetworkAddresses, 'deployedAtBlock'> & { deployedAtBlock: string }
  databaseUrl: string
  dataDir: string
}

/** What a role's process is told, as JSON. */
export type RoleOptions =
  | (CommonOptions & { role: 'indexer'; config: Record<string, unknown> })
  | (CommonOptions & {
      role: 'provider'
      config: Omit<ProviderConfigInput, 'dataDir'>
      sealKey: { publicKey: Hex; privateKey: Hex }
      indexers: readonly IndexerPlace[]
    })

/** A role in a process of its own, which a supervisor starts again until it is up, as a system's own would. */
export interface KillableRole {
  /** Resolves when it says that it is up. */
  start(): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
}

const script = fileURLToPath(new URL('./role-process.ts', import.meta.url))
const mostStarts = 8
const betweenStartsMs = 300

/** `logPath` collects what every one of its processes says. */
export function killableRole(options: RoleOptions, logPath: string): KillableRole {
  let child: ChildProcess | undefined
  let wanted = false
  let said = ''
  const log = createWriteStream(logPath, { flags: 'a' })

  async function startOnce(): Promise<boolean> {
    const started = spawn(process.execPath, ['--import', 'tsx', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, SUBLET_ROLE: JSON.stringify(options) },
    })
    child = started
    started.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-2000)
      log.write(text)
    })
    for await (const chunk of started.stdout ?? []) {
      if (String(chunk).includes('ready')) {
        started.stdout?.resume()
        return true
      }
    }
    return false
  }

  return {
    async start() {
      wanted = true
      for (let starts = 0; wanted; starts += 1) {
        if (await startOnce()) return
        if (starts >= mostStarts) throw new Error(`the ${options.role} does not start: ${said}`)
        await new Promise((resolve) => setTimeout(resolve, betweenStartsMs))
      }
    },
    async kill() {
      wanted = false
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
