import type { Http2Server } from 'node:http2'
import { type Address, createNonceMemory, type Hex } from '@sublet/protocol'
import { createChainClient } from '@sublet/sdk'
import {
  connectChain,
  createMetrics,
  createReadiness,
  createTransactionSender,
  type DialledTunnel,
  dialTunnel,
  type Log,
  openStore,
} from '@sublet/service'
import { createBidder } from './bid/bidder.ts'
import { createHoldings } from './bid/holdings.ts'
import { createJournalledSender } from './chain/journalled-sender.ts'
import { createLeaseChain } from './chain/lease-chain.ts'
import { registerProvider } from './chain/register.ts'
import { watchLeases } from './chain/watch-leases.ts'
import { withdrawEarnings } from './chain/withdrawals.ts'
import { createApi } from './http/api.ts'
import { createGrantCheck } from './http/grant-check.ts'
import { createRoutes } from './ingress/routes.ts'
import { freeOf } from './inventory/claims.ts'
import { measureMachine } from './inventory/measure-machine.ts'
import { createJournal } from './journal/journal.ts'
import { migrations, type Tables } from './journal/tables.ts'
import { createVault } from './journal/vault.ts'
import { endAllLeases } from './lease/end-all-leases.ts'
import { createLeases } from './lease/leases.ts'
import { removeOrphans } from './lease/reconcile.ts'
import { askOf } from './pricing/ask.ts'
import { createAskKeeper } from './pricing/ask-keeper.ts'
import { defaultPrices, withOwnPrices } from './pricing/default-prices.ts'
import { statusOf } from './provider-status.ts'
import { mostInstancesPerLease } from './runtime/docker/subnets.ts'
import { openRuntime } from './runtime/open-runtime.ts'
import type { Runtime } from './runtime/runtime.ts'
import { sleep } from './sleep.ts'
import type { RunningProvider, StartProviderOptions, StopOptions } from './start-options.ts'
import { providerVersion } from './version.ts'

const reconcileEveryMs = 60_000
const lapseEveryMs = 1_000
/** Starts a provider and takes up the leases that it had. Throws with the cure when something it needs is not there. */
export async function startProvider(options: StartProviderOptions): Promise<RunningProvider> {
  const { config, account, sealKey, rpcUrl, addresses, indexers, now = Date.now } = options
  const log = options.log
  const address = account.address.toLowerCase() as Address
  const ownTenants = (options.ownTenants ?? []).map((tenant) => tenant.toLowerCase() as Address)
  const metrics = options.metrics ?? createMetrics({ name: 'provider', processMetrics: false })
  const stopping = new AbortController()
  const undo: (() => Promise<unknown> | unknown)[] = []

  try {
    return await start()
  } catch (error) {
    for (const step of undo.reverse()) await Promise.resolve(step()).catch(() => undefined)
    throw error
  }

  async function start(): Promise<RunningProvider> {
    const [store, connection, client] = await Promise.all([
      openStore<Tables>({
        url: options.store.url,
        dataDir: options.store.dataDir,
        schema: options.store.schema ?? 'provider',
        migrations,
        log,
      }),
      connectChain({ rpcUrl, chainId: addresses.chainId, pollMs: 25 }),
      createChainClient({ rpcUrl, addresses }),
    ])
    undo.push(() => store.close())
    const runtime =
      options.runtime ??
      (await openRuntime({
        config,
        env: options.env ?? process.env,
        platform: process.platform,
        ownMachine: ownTenants.length > 0,
        log,
        now,
      }))
    undo.push(() => runtime.close())
    await runtime.ping()
    const owner = { network: `${addresses.chainId}:${addresses.escrow.toLowerCase()}`, provider: address }
    const journal = createJournal(store, createVault(Buffer.from(sealKey.privateKey.slice(2), 'hex')), now)
    const sender = createTransactionSender({ account, chain: connection, log, pollMs: 25 })
    const chain = createLeaseChain({
      client,
      addresses,
      account,
      sender: createJournalledSender(sender, journal, now),
    })
    const share = {
      ...config,
      storageFolders: { default: config.dataDir, ...config.storageFolders },
    }
    let machine = await measureMachine(share)
    let images = await runtime.images()
    let draining = false
    let stopped: Promise<void> | undefined
    const holdings = createHoldings(now)
    const prices = withOwnPrices(defaultPrices(client.tokenDecimals), onlyGiven(config.prices))
    const token = client.token

    function offer(sequence: number, expiresAtMs: number, without?: Hex) {
      const free = freeOf(machine.capacity, holdings.claims(without))
      const ask = askOf({
        provider: address,
        chainId: addresses.chainId,
        token,
        prices,
        capacity: machine.capacity,
        free,
        cpuArch: machine.cpuArch,
        region: config.region,
        attributes: config.attributes,
        runtime: runtime.name,
        tenants: runtime.isolates ? config.tenants : ownTenants,
        publicKey: sealKey.publicKey,
        images,
        sequence,
        expiresAtMs,
        draining,
      })
      return { ask, freeDevices: free.devices }
    }

    const asks = createAskKeeper({
      account,
      domain: chain.domain,
      log,
      now,
      build: (sequence, expiresAtMs) => offer(sequence, expiresAtMs).ask,
    })
    undo.push(() => asks.stop())

    const routes = createRoutes({
      provider: address,
      runtime,
      log,
      ingress: indexers.flatMap(({ address: indexer, ingress }) =>
        ingress === undefined ? [] : [{ indexer: indexer.toLowerCase() as Address, ...ingress }],
      ),
      direct: { host: config.directHost, listenOn: config.directListenOn },
      findRunner: (leaseId) => leases.find(leaseId),
      tell: asks.tell,
    })

    const leases = createLeases({
      owner,
      runtime,
      chain,
      journal,
      holdings,
      token,
      log,
      now,
      sleep,
      settleGraceSeconds: config.settleGraceSeconds,
      publicHosts: routes.publicHosts,
      ingressDomain: indexers.find(({ ingress }) => ingress !== undefined)?.ingress?.domain ?? 'localhost',
      openRoutes: routes.open,
      closeRoutes: routes.close,
      onChange: asks.touch,
    })

    // What was promised before a restart counts before anything new is offered.
    for (const { leaseId, allocation, expiresAtMs } of await journal.reservations()) {
      if (expiresAtMs > now()) holdings.reserve(leaseId, allocation, expiresAtMs)
      else await journal.unreserve(leaseId)
    }
    const records = await journal.liveLeases()
    for (const { leaseId, allocation, status } of records) {
      if (status.phase !== 'closing') holdings.lease(leaseId, allocation)
    }
    const known = new Set(records.map(({ leaseId }) => leaseId))
    const instances = await removeOrphans({ runtime, owner, isLive: (leaseId) => known.has(leaseId), log })
    for (const record of records) {
      leases.resume(
        record,
        instances.filter((instance) => instance.owner.leaseId === record.leaseId),
      )
    }
    if (records.length > 0)
      log.info({ leases: records.length, instances: instances.length }, 'leases taken up again')

    await registerProvider({
      chain,
      publicKey: sealKey.publicKey,
      endpoint: endpointOf(),
      capacity: machine.capacity.devices.length,
      log,
    })

    const bidder = createBidder({
      account,
      chain,
      journal,
      holdings,
      currentAsk: (without) => offer(now(), now() + 60_000, without),
      canRun: runtime.canRun,
      limits: { ...config, mostInstances: mostInstancesPerLease },
      log,
      now,
      onChange: asks.touch,
    })
    const readiness = createReadiness({
      store: () => store.check(),
      runtime: () => runtime.ping(),
    })
    const api = createApi(
      {
        provider: address,
        sealKey,
        version: providerVersion,
        bidder,
        asks,
        routes,
        leases,
        runtime,
        sleep,
        now,
        verifyGrant: createGrantCheck(chain, chain.domain),
        acceptNonce: createNonceMemory(now),
        log,
        metrics,
        readiness,
      },
      { tunnel: true },
    )
    undo.push(() => api.close())
    await api.ready()

    const tunnels: DialledTunnel[] = indexers.map(({ host, port, address: indexer }) =>
      dialTunnel({
        host,
        port,
        identity: account,
        expectIndexer: indexer,
        server: api.server as unknown as Http2Server,
        log,
        signal: stopping.signal,
      }),
    )
    undo.push(() => stopping.abort())

    const background: Promise<unknown>[] = []
    const every = (ms: number, what: string, work: () => Promise<unknown>) => {
      background.push(
        (async () => {
          while (!stopping.signal.aborted) {
            await sleep(ms, stopping.signal).catch(() => undefined)
            if (stopping.signal.aborted) return
            await work().catch((err: unknown) => log.warn({ err }, `${what} did not succeed`))
          }
        })(),
      )
    }
    every(lapseEveryMs, 'ending reservations', async () => {
      const lapsed = holdings.lapse(now())
      for (const leaseId of lapsed) await journal.unreserve(leaseId)
      if (lapsed.length > 0) asks.touch()
    })
    every(reconcileEveryMs, 'reconciling', async () => {
      const before = machine.capacity
      machine = await measureMachine(share)
      // Free disk shrinks as leases fill theirs; what they were promised must not be counted twice.
      machine.capacity.storageBytes = before.storageBytes
      images = await runtime.images()
      await removeOrphans({ runtime, owner, isLive: (leaseId) => leases.find(leaseId) !== undefined, log })
      asks.touch()
    })
    every(config.withdrawEveryMs, 'drawing earnings', () =>
      withdrawEarnings({
        chain,
        records: leases.all().map(({ record }) => record),
        least: config.withdrawLeast,
        log,
      }),
    )
    background.push(
      watchLeases({
        chain,
        everyMs: config.chainPollMs,
        sleep,
        signal: stopping.signal,
        log,
        onEvent: ({ leaseId }) => leases.find(leaseId)?.nudge(),
      }),
      warmUp(runtime, owner, log)
        .then(async () => {
          images = await runtime.images()
          asks.touch()
        })
        .catch((err: unknown) => log.warn({ err }, 'not everything is prepared for the first lease')),
    )
    log.info({ address, runtime: runtime.name, devices: machine.capacity.devices.length }, 'provider started')

    function endpointOf(): string {
      if (config.endpoint !== undefined) return config.endpoint
      const [first] = indexers
      return first === undefined ? 'none:' : `tunnel://${first.host}:${first.port}`
    }

    return {
      address,
      runtime: runtime.name,
      connected: async () => {
        await Promise.all(tunnels.map((tunnel) => tunnel.connected()))
      },
      drain() {
        draining = true
        asks.touch()
      },
      status: async () =>
        statusOf({
          address,
          runtime: runtime.name,
          draining,
          indexers: indexers.map(({ address: indexer, host, port }, index) => ({
            address: indexer,
            host,
            port,
            connected: tunnels[index]?.state().connected ?? false,
          })),
          machine,
          free: freeOf(machine.capacity, holdings.claims()),
          leases: leases.all().map(({ record }) => record.status),
          balance: await chain.freeBalance(address, token),
        }),
      async withdraw() {
        await withdrawEarnings({ chain, records: leases.all().map(({ record }) => record), least: 1n, log })
        const balance = await chain.freeBalance(address, token)
        if (balance > 0n) await chain.withdraw(token, balance)
        return balance
      },
      stop(how) {
        stopped ??= stopWith(how)
        return stopped
      },
    }

    async function stopWith({ keepLeases }: StopOptions): Promise<void> {
      draining = true
      asks.touch()
      if (!keepLeases) await endAllLeases(leases, sleep, log)
      await leases.leave()
      stopping.abort()
      asks.stop()
      await Promise.all(tunnels.map((tunnel) => tunnel.stop()))
      await api.close()
      await Promise.allSettled(background)
      if (!keepLeases)
        await runtime.sweep(owner).catch((err: unknown) => log.warn({ err }, 'spares were left'))
      await runtime.close()
      await store.close()
      log.info({ keepLeases }, 'provider stopped')
    }
  }
}

/** What the first lease would otherwise wait for. */
async function warmUp(
  runtime: Runtime,
  owner: { network: string; provider: Address },
  log: Log,
): Promise<void> {
  await runtime.prepare(owner)
  if (runtime.canRun('sublet.local/hello:1')) {
    const startedAt = performance.now()
    await runtime.ensureImage('sublet.local/hello:1')
    log.debug({ ms: Math.round(performance.now() - startedAt) }, 'bundled image ready')
  }
}

type Given<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> }

function onlyGiven<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>
}
