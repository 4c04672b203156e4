import { randomUUID } from 'node:crypto'
import type { Http2Server } from 'node:http2'
import { join } from 'node:path'
import { type Address, createNonceMemory, isPaidByVouchers } from '@sublet/protocol'
import { createChainClient } from '@sublet/sdk'
import {
  connectChain,
  createMetrics,
  createReadiness,
  createTransactionSender,
  recoverSigner,
} from '@sublet/service'
import { createBackground } from './background.ts'
import { createBidder } from './bid/bidder.ts'
import { createHoldings } from './bid/holdings.ts'
import { createJournalledSender } from './chain/journalled-sender.ts'
import { createLeaseChain } from './chain/lease-chain.ts'
import { registerProvider } from './chain/register.ts'
import { createFetches } from './fetch/fetches.ts'
import { createGpuFigures } from './figures/gpu-figures.ts'
import { createApi } from './http/api.ts'
import { createGrantCheck } from './http/grant-check.ts'
import { openImages } from './image/open-images.ts'
import { createRoutes } from './ingress/routes.ts'
import { openStock } from './inventory/open-stock.ts'
import { createToolRunner } from './inventory/run-tool.ts'
import { openJournal } from './journal/open-journal.ts'
import { createSessionRuns } from './journal/session-runs.ts'
import { endAllLeases } from './lease/end-all-leases.ts'
import { escrowLedger } from './lease/lease-ledger.ts'
import { createLeases } from './lease/leases.ts'
import { createReconciler } from './lease/reconciler.ts'
import { createLeavingKeeper } from './leaving/leaving-keeper.ts'
import { providerInvoices } from './metering/invoices.ts'
import { createOutbound } from './outbound/outbound.ts'
import { createEarningsDrawer } from './owner/draw-earnings.ts'
import { createOwnerQueries } from './owner/owner-queries.ts'
import { createStatusReader } from './owner/read-status.ts'
import { createAskKeeper } from './pricing/ask-keeper.ts'
import { defaultPrices } from './pricing/default-prices.ts'
import { createOffer } from './pricing/offer.ts'
import { openPricing } from './pricing/pricing.ts'
import { mostInstancesPerLease } from './runtime/docker/subnets.ts'
import { openRuntime } from './runtime/open-runtime.ts'
import { sleep as sleepByTimer } from './sleep.ts'
import type { RunningProvider, StartProviderOptions, StopOptions, StopReport } from './start-options.ts'
import { createLeaseTimeline } from './timeline/lease-timeline.ts'
import { createTimelineStore } from './timeline/timeline-store.ts'
import { dialIndexers, endpointOf } from './tunnel/dial-indexers.ts'
import { beginUpkeep } from './upkeep.ts'
import { providerVersion } from './version.ts'
import { createVolumeUses } from './volume/volume-uses.ts'
import { createVolumes } from './volume/volumes.ts'
import { openVoucherDesk } from './voucher/voucher-desk.ts'
import { createVoucherStore } from './voucher/voucher-store.ts'

/** Starts a provider and takes up the leases that it had. Throws with the cure when something it needs is not there. */
export async function startProvider(options: StartProviderOptions): Promise<RunningProvider> {
  const {
    config,
    account,
    sealKey,
    rpcUrl,
    addresses,
    indexers,
    now = Date.now,
    sleep = sleepByTimer,
  } = options
  const log = options.log
  /** What every part writes to and waits by. */
  const common = { log, now, sleep }
  const address = account.address.toLowerCase() as Address
  const { ownTenants } = config
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
    const [{ store, journal }, connection, client] = await Promise.all([
      openJournal({ place: options.store, sealKey, log, now }),
      connectChain({ rpcUrl, chainId: addresses.chainId, pollMs: 25 }),
      createChainClient({ rpcUrl, addresses, recoverSigner }),
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
    const sessionRuns = createSessionRuns(store, randomUUID())
    await sessionRuns.forgetExpired(now())
    const sender = createTransactionSender({ account, chain: connection, log, pollMs: 25 })
    const chain = createLeaseChain({
      client,
      addresses,
      account,
      sender: createJournalledSender(sender, journal, now),
    })
    const outbound = createOutbound({ allow: config.outboundAllow })
    undo.push(() => outbound.close())
    const fetches = createFetches({
      folder: join(config.dataDir, 'fetched'),
      outbound,
      places: config,
      cacheBytes: config.fetchCacheBytes,
      ...common,
    })
    const images = await openImages({
      store,
      runtime,
      config,
      provider: address,
      records: () => leases.all().map(({ record }) => record),
      ...common,
    })
    const holdings = createHoldings(now)
    const runTool = createToolRunner()
    const stock = await openStock({
      config,
      owner,
      runtime,
      run: runTool,
      images: images.ofTenants,
      fetches,
      holdings,
    })
    const { token } = client
    const pricing = await openPricing({
      config,
      defaults: defaultPrices(client.tokenDecimals),
      run: runTool,
      now,
      log,
    })
    const offer = createOffer({
      provider: address,
      chainId: addresses.chainId,
      token,
      publicKey: sealKey.publicKey,
      pricing,
      stock,
      runtime,
      config,
      ownTenants,
      availability: () => leaving.availability(),
    })
    let stopped: Promise<StopReport> | undefined

    const leaving = await createLeavingKeeper({
      journal,
      chain,
      leases: () => leases.all(),
      now,
      log,
      onChange: () => asks.touch(),
    })

    const asks = createAskKeeper({
      account,
      domain: chain.domain,
      log,
      now,
      build: offer.ask,
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
      portsThrough: config.portsThrough,
      moved: (leaseId) => leases.find(leaseId)?.portsMoved(),
      findRunner: (leaseId) => leases.find(leaseId),
      tell: asks.tell,
      now,
    })

    const timeline = await createLeaseTimeline({
      store: createTimelineStore(store),
      signal: stopping.signal,
      ...common,
    })
    const volumes = createVolumes({
      owner,
      runtime,
      uses: createVolumeUses(store),
      live: () =>
        leases.all().map(({ record: { leaseId, status } }) => ({
          leaseId,
          tenant: status.tenant,
          deployment: status.deployment,
        })),
      outbound,
      freeBytes: () => stock.free().storageBytes.default ?? 0,
      onKept: (kept) => {
        stock.keep(kept)
        asks.touch()
      },
      retentionMs: config.volumeRetentionMs,
      now,
      log,
    })
    const vouchers = await openVoucherDesk({
      store: createVoucherStore(store),
      chain,
      provider: address,
      token,
      ...common,
      tell: (leaseId, voucher) => leases.find(leaseId)?.tellVoucher(voucher),
    })
    const ledger = escrowLedger(chain)
    const leases = createLeases({
      owner,
      runtime,
      ledgerOf: (record) => (isPaidByVouchers(record.agreement) ? vouchers.ledgerOf(record) : ledger),
      leaveLedger: ({ leaseId, agreement }) => vouchers.leave(leaseId, agreement.tenant),
      voucherLeastIntervalSeconds: config.takeVouchers ? config.voucherLeastIntervalSeconds : undefined,
      journal,
      fetches,
      imageUses: images.uses,
      volumes,
      images: images.ofTenants,
      holdings,
      token,
      ...common,
      settleGraceSeconds: config.settleGraceSeconds,
      mostReadySeconds: config.mostReadySeconds,
      crediting: { leastSeconds: config.creditLeastSeconds, everySeconds: config.creditEverySeconds },
      publicHosts: routes.publicHosts,
      ingressDomain: indexers.find(({ ingress }) => ingress !== undefined)?.ingress?.domain ?? 'localhost',
      openRoutes: routes.open,
      closeRoutes: routes.close,
      note: timeline.note,
      onChange: asks.touch,
    })

    const reconciler = createReconciler({
      journal,
      chain,
      holdings,
      leases,
      runtime,
      owner,
      note: timeline.note,
      signal: stopping.signal,
      ...common,
    })
    // Every lease looks at the chain once it is taken up; what happens after this block is heard.
    const headBefore = await chain.blockNumber()
    await reconciler.takeUp()
    await volumes.review()
    await journal.mark('seen', now())
    await registerProvider({
      chain,
      publicKey: sealKey.publicKey,
      endpoint: endpointOf(config.endpoint, indexers),
      capacity: stock.machine().capacity.devices.length,
      log,
    })

    const bidder = createBidder({
      account,
      chain,
      journal,
      holdings,
      currentAsk: (without) => ({
        ask: offer.ask(now(), now() + 60_000, without),
        freeDevices: stock.free(without).devices,
        storagePools: stock.machine().capacity.storagePools,
      }),
      rateOf: pricing.rateOf,
      canRun: runtime.canRun,
      saw: images.ahead.saw,
      limits: { ...config, takesVouchers: config.takeVouchers, mostInstances: mostInstancesPerLease },
      ownTenants,
      ...common,
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
        volumes,
        vouchers,
        timeline,
        gpus: createGpuFigures({ now }),
        sleep,
        now,
        verifyGrant: createGrantCheck(chain, chain.domain, sessionRuns),
        acceptNonce: createNonceMemory(now),
        log,
        metrics,
        readiness,
      },
      { tunnel: true },
    )
    undo.push(() => api.close())
    await api.ready()

    const tunnels = dialIndexers({
      indexers,
      identity: account,
      server: api.server as unknown as Http2Server,
      log,
      signal: stopping.signal,
    })
    undo.push(() => stopping.abort())

    const background = createBackground({ signal: stopping.signal, sleep, log })
    const earnings = createEarningsDrawer({
      chain,
      journal,
      leases,
      vouchers,
      provider: address,
      token,
      config,
      log,
      now,
    })
    beginUpkeep(background, {
      config,
      owner,
      chainId: addresses.chainId,
      token,
      indexerUrls: indexers.flatMap(({ url }) => (url === undefined ? [] : [url])),
      sinceBlock: headBefore,
      chain,
      journal,
      runtime,
      holdings,
      stock,
      pricing,
      asks,
      leases,
      leaving,
      reconciler,
      timeline,
      volumes,
      fetches,
      images,
      vouchers,
      earnings,
      ...common,
      signal: stopping.signal,
    })
    log.info(
      { address, runtime: runtime.name, devices: stock.machine().capacity.devices.length },
      'provider started',
    )

    const readStatus = createStatusReader({
      address,
      runtime: runtime.name,
      token,
      indexers,
      isConnected: tunnels.isConnected,
      leaving,
      stock,
      leases,
      chain,
      volumes,
      reconciler,
      fetchAhead: images.ahead,
      queries: createOwnerQueries(store),
      now,
    })

    return {
      address,
      runtime: runtime.name,
      runtimeLack: runtime.lack,
      connected: tunnels.connected,
      leaving,
      status: readStatus,
      invoices: () => providerInvoices({ chain, journal }),
      withdraw: earnings.withdraw,
      stop(how) {
        stopped ??= stopWith(how)
        return stopped
      },
    }

    async function stopWith({ keepLeases }: StopOptions): Promise<StopReport> {
      offer.drain()
      asks.touch()
      const unsettled = keepLeases ? 0 : await endAllLeases(leases, sleep, log)
      await leases.leave()
      stopping.abort()
      asks.stop()
      await tunnels.stop()
      await api.close()
      await background.finished()
      await timeline.written()
      await runtime.sweep(owner).catch((err: unknown) => log.warn({ err }, 'spares were left'))
      await journal.mark('seen', now()).catch(() => undefined)
      await runtime.close()
      outbound.close()
      await store.close()
      log.info({ keepLeases }, 'provider stopped')
      return { unsettled }
    }
  }
}
