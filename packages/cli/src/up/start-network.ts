import { createWriteStream } from 'node:fs'
import { ensureConsoleBuilt } from '@sublet/console'
import { controllerConfigSchema, startController } from '@sublet/controller'
import { indexerConfigSchema, startIndexer } from '@sublet/indexer'
import { addressSchema } from '@sublet/protocol'
import { providerConfigSchema, startProvider } from '@sublet/provider'
import { createLog, createShutdown, makeFolder, readConfig, startEmbeddedPostgres } from '@sublet/service'
import { writeJoinFile } from '../network/join-file.ts'
import { removeNetworkFile, writeNetworkFile } from '../network/network-file.ts'
import { openOrCreateWallet } from '../network/wallets.ts'
import { serveOwner } from '../provider-owner/owner-socket.ts'
import { keepSealKey } from '../provider-owner/seal-key.ts'
import { openChain } from './chain.ts'
import { layoutOf } from './layout.ts'
import { acquireLock } from './lock.ts'
import { checkPorts } from './ports.ts'
import { keepToken } from './token.ts'

export interface NetworkOptions {
  dataDir: string
  port: number
  runtime: 'auto' | 'docker' | 'host'
  /** Addresses and ranges that tenants' fetches and snapshots may reach besides the public internet. */
  outboundAllow: readonly string[]
  env: Readonly<Record<string, string | undefined>>
  /** Told as each part comes up. */
  onStep(message: string): void
  /** Gives the start up: what has come up until then is stopped again, and the signal's reason is thrown. */
  signal?: AbortSignal | undefined
}

/** Every role of one network, in this process. */
export interface Network {
  controllerUrl: string
  consoleUrl: string
  token: string
  relayUrl: string
  rpcUrl: string
  runtime: string
  /** Why leases run without a container engine, and what mends that. */
  runtimeLack?: { what: string; cure: string } | undefined
  /** Closes every lease, settles, and stops all that was started. Answers how many leases could not be settled. */
  stop(): Promise<{ unsettled: number }>
}

/** Test dollars that the owner of a new network starts with: 1,000. */
const startingDollars = 1_000_000_000n

/**
 * Starts the whole network: chain, database, indexer, provider, controller, console. What a killed one left running
 * is adopted. Throws `port.taken`, `chain.unreachable`, `store.unreachable`, `runtime.unavailable`, `config.invalid`.
 */
export async function startNetwork(options: NetworkOptions): Promise<Network> {
  const { dataDir, env, signal } = options
  const layout = layoutOf(dataDir)
  const shutdown = createShutdown()
  const onStep = (message: string) => {
    signal?.throwIfAborted()
    options.onStep(message)
  }
  // The provider and the controller each count the leases they know: on one machine they are the same.
  let unsettled = 0
  const count = async (stopping: Promise<{ unsettled: number }>) => {
    unsettled = Math.max(unsettled, (await stopping).unsettled)
  }
  try {
    await makeFolder(dataDir)
    const lock = await acquireLock(layout.lock)
    shutdown.add('the lock', () => lock.release())
    const ports = await checkPorts(options.port)
    const logFile = createWriteStream(layout.log, { flags: 'a', mode: 0o600 })
    shutdown.add('the log', () => new Promise<void>((resolve) => logFile.end(resolve)))
    const logFor = (name: string) => createLog({ name, level: 'info', destination: logFile, pretty: false })
    const log = logFor('up')

    onStep('Starting the chain and the database')
    const building = ensureConsoleBuilt()
    building.catch(() => undefined)
    const [chain, databaseUrl] = await allOrNone([
      openChain({
        dataDir: layout.chain,
        rpcUrl: env.SUBLET_RPC_URL,
        deployerKey: env.SUBLET_DEPLOYER_KEY,
        testNetwork: env.SUBLET_TEST_NETWORK === '1',
      }).then((opened) => {
        shutdown.add('the chain', () => opened.stop())
        return opened
      }),
      env.SUBLET_DATABASE_URL === undefined
        ? startEmbeddedPostgres({ dataDir: layout.database, log }).then((started) => {
            shutdown.add('the database', () => started.stop())
            return started.url
          })
        : Promise.resolve(env.SUBLET_DATABASE_URL),
    ])

    const [tenant, provider, indexer] = await Promise.all([
      openOrCreateWallet(dataDir, 'tenant'),
      openOrCreateWallet(dataDir, 'provider'),
      openOrCreateWallet(dataDir, 'indexer'),
    ])
    await fundNewcomers(chain, [
      [tenant.address, startingDollars],
      [provider.address, 0n],
      [indexer.address, 0n],
    ])

    const common = {
      chain: { rpcUrl: chain.rpcUrl },
      addresses: chain.addresses,
      store: { url: databaseUrl },
    }
    onStep('Starting the indexer')
    const matchmaker = await startIndexer({
      ...common,
      log: logFor('indexer'),
      account: indexer,
      dataDir: layout.indexer,
      config: indexerConfigSchema.parse({ port: ports.relay, tunnelPort: ports.tunnel }),
    })
    shutdown.add('the indexer', () => matchmaker.stop())

    onStep('Starting the provider')
    const host = await startProvider({
      rpcUrl: chain.rpcUrl,
      addresses: chain.addresses,
      store: { url: databaseUrl },
      log: logFor('provider'),
      account: provider,
      sealKey: await keepSealKey(layout.sealKey),
      indexers: [
        {
          host: '127.0.0.1',
          port: ports.tunnel,
          address: addressSchema.parse(indexer.address),
          url: matchmaker.url,
          ingress: { domain: 'localhost', port: ports.relay },
        },
      ],
      env,
      config: readConfig(providerConfigSchema, {
        flags: {
          dataDir: layout.provider,
          runtime: options.runtime,
          ownTenants: [tenant.address],
          outboundAllow: options.outboundAllow.length > 0 ? options.outboundAllow : undefined,
        },
        env,
        file: {
          path: 'what `sublet up` presets',
          values: {
            region: 'local',
            // On one's own machine a file that asks for NVMe should run on whatever disk there is.
            storageFolders: { hdd: layout.provider, ssd: layout.provider, nvme: layout.provider },
          },
        },
      }),
    })
    shutdown.add('the provider', () => count(host.stop({ keepLeases: false })))
    const closeOwnerSocket = await serveOwner(layout.provider, host)
    shutdown.add('the owner’s socket', closeOwnerSocket)
    await host.connected()
    signal?.throwIfAborted()

    onStep('Starting the controller and the console')
    const token = await keepToken(layout.token)
    const agent = await startController({
      ...common,
      log: logFor('controller'),
      account: tenant,
      indexers: [matchmaker.url],
      token,
      consoleDir: (await building).dir,
      config: controllerConfigSchema.parse({ port: ports.console, embedded: chain.embedded }),
    })
    shutdown.add('the controller', () => count(agent.stop({ closeLeases: true })))

    await writeNetworkFile(dataDir, {
      controllerUrl: agent.url,
      token,
      pid: process.pid,
      rpcUrl: chain.rpcUrl,
      chainId: chain.chainId,
      indexerUrl: matchmaker.url,
    })
    shutdown.add('the network file', () => removeNetworkFile(dataDir))
    await writeJoinFile(layout.joinFile, {
      rpcUrl: chain.rpcUrl,
      addresses: chain.addresses,
      indexers: [
        {
          url: matchmaker.url,
          address: addressSchema.parse(indexer.address),
          tunnel: { host: '127.0.0.1', port: ports.tunnel },
          ingress: { domain: 'localhost', port: ports.relay },
        },
      ],
    })
    return {
      controllerUrl: agent.url,
      consoleUrl: agent.consoleUrl,
      token,
      relayUrl: matchmaker.url,
      rpcUrl: chain.rpcUrl,
      runtime: host.runtime,
      runtimeLack: host.runtimeLack,
      async stop() {
        await shutdown.run()
        return { unsettled }
      },
    }
  } catch (error) {
    await shutdown.run().catch(() => undefined)
    throw error
  }
}

/** Waits for all, so that what came up is known to `shutdown` before a failure of another one is told. */
async function allOrNone<T extends readonly unknown[]>(work: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  await Promise.allSettled(work)
  return Promise.all(work) as unknown as Promise<T>
}

type Chain = Awaited<ReturnType<typeof openChain>>

/** Accounts that have never had gas get some, one after another, since one account pays for all. */
async function fundNewcomers(
  chain: Chain,
  accounts: readonly (readonly [`0x${string}`, bigint])[],
): Promise<void> {
  for (const [account, baseUnits] of accounts) {
    if ((await chain.publicClient.getBalance({ address: account })) === 0n)
      await chain.fund(account, baseUnits)
  }
}
