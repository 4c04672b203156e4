import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SubletError } from '@sublet/protocol'
import {
  type ProviderConfig,
  providerConfigSchema,
  type RunningProvider,
  startProvider,
} from '@sublet/provider'
import { createLog, createShutdown, makeFolder, readConfig } from '@sublet/service'
import type { JoinFile } from '../network/join-file.ts'
import { openOrCreateWallet } from '../network/wallets.ts'
import { openChainAt } from '../up/chain.ts'
import { layoutOf } from '../up/layout.ts'
import { acquireLock } from '../up/lock.ts'
import { serveOwner } from './owner-socket.ts'
import { keepSealKey } from './seal-key.ts'

/** Chain id of the embedded chain, whose test account gives newcomers gas. */
const embeddedChainId = 31337

export const providerFileIn = (dataDir: string): string => join(dataDir, 'provider.json')

/** The settings that `provider init` wrote, with flags and environment over them. */
export async function providerConfigIn(
  dataDir: string,
  env: Readonly<Record<string, string | undefined>>,
  flags: Readonly<Record<string, unknown>> = {},
): Promise<ProviderConfig> {
  const path = providerFileIn(dataDir)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SubletError(
      'config.invalid',
      `This machine is not set up as a provider yet: there is no ${path}.`,
      {
        hint: 'Run `sublet provider init` first.',
        cause,
      },
    )
  })
  const values = parseSettings(text, path)
  return readConfig(providerConfigSchema, {
    flags: { ...flags, dataDir: layoutOf(dataDir).provider },
    env: { ...env, SUBLET_DATA_DIR: undefined },
    file: { path, values },
  })
}

function parseSettings(text: string, path: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch (cause) {
    throw new SubletError('config.invalid', `${path} is not JSON.`, {
      hint: 'Mend it, or write it anew: `sublet provider init --force`.',
      cause,
    })
  }
}

/** Joins a network as a provider. Stopping leaves containers running, to be taken over by the next start. */
export async function runProvider(options: {
  dataDir: string
  network: JoinFile
  env: Readonly<Record<string, string | undefined>>
  /** Settings by name, as the command line gave them. */
  flags?: Readonly<Record<string, unknown>>
}): Promise<{ provider: RunningProvider; stop(): Promise<void> }> {
  const { dataDir, network, env } = options
  const config = await providerConfigIn(dataDir, env, options.flags)
  const layout = layoutOf(dataDir)
  const shutdown = createShutdown()
  try {
    await makeFolder(layout.provider)
    const lock = await acquireLock(layout.lock)
    shutdown.add('the lock', () => lock.release())
    const logFile = createWriteStream(layout.log, { flags: 'a', mode: 0o600 })
    shutdown.add('the log', () => new Promise<void>((resolve) => logFile.end(resolve)))
    const account = await openOrCreateWallet(dataDir, 'provider')
    if (network.addresses.chainId === embeddedChainId) {
      await openChainAt(network.rpcUrl, network.addresses, undefined).fund(account.address, 0n)
    }
    const provider = await startProvider({
      rpcUrl: network.rpcUrl,
      addresses: network.addresses,
      store: { url: env.SUBLET_DATABASE_URL, dataDir: layout.database },
      log: createLog({ name: 'provider', destination: logFile, pretty: false }),
      account,
      sealKey: await keepSealKey(layout.sealKey),
      indexers: network.indexers.map(({ url, address, tunnel, ingress }) => ({
        ...tunnel,
        url,
        address,
        ingress,
      })),
      env,
      config,
    })
    shutdown.add('the provider', () => provider.stop({ keepLeases: true }))
    shutdown.add('the owner’s socket', await serveOwner(layout.provider, provider))
    await provider.connected()
    return { provider, stop: () => shutdown.run() }
  } catch (error) {
    await shutdown.run().catch(() => undefined)
    throw error
  }
}
