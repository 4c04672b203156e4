import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ProviderConfigInput } from '../config.ts'
import type { TestNetwork } from './test-network.ts'

export const killableScript = fileURLToPath(new URL('./provider-process.ts', import.meta.url))

export interface KillableProvider {
  child: ChildProcess
  /** Until the program was read and began, milliseconds. */
  loadedInMs: number
  /** Everything that it logged. */
  log(): string
  kill(): Promise<void>
}

/** Starts the network's provider in a process of its own; resolves when its tunnel stands. */
export async function startKillable(
  { options, providerKey, tenant }: TestNetwork,
  config: Partial<ProviderConfigInput> = {},
  {
    program = ['--import', 'tsx', killableScript],
    ...more
  }: { outputBytes?: number; program?: string[] } = {},
): Promise<KillableProvider> {
  const { account: _account, dataDir, addresses, ...rest } = options
  const child = spawn(process.execPath, program, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PROVIDER_OPTIONS: JSON.stringify({
        ...rest,
        ...more,
        addresses: { ...addresses, deployedAtBlock: String(addresses.deployedAtBlock) },
        privateKey: providerKey,
        config: {
          dataDir,
          subnetPool: '10.215.0.0/16',
          reservedMemoryBytes: 0,
          chainPollMs: 50,
          settleGraceSeconds: 2,
          voucherLeastIntervalSeconds: 1,
          ownTenants: [tenant.address],
          ...config,
        },
      }),
    },
  })
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said += String(chunk)
  })
  const startedAt = performance.now()
  let loadedInMs = 0
  const ready = (async () => {
    for await (const chunk of child.stdout ?? []) {
      if (String(chunk).includes('loaded')) loadedInMs = performance.now() - startedAt
      if (String(chunk).includes('ready')) return true
    }
    return false
  })()
  if (!(await ready)) throw new Error(`the provider did not start:\n${said}`)
  return {
    child,
    loadedInMs,
    log: () => said,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
