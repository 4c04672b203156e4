import { createServer } from 'node:http'
import type { NetworkAddresses } from '@sublet/contracts'
import { type Address, addressSchema } from '@sublet/protocol'
import { createChainClient } from '@sublet/sdk'
import {
  acceptTunnels,
  createHttpServer,
  createMetrics,
  createReadiness,
  createShutdown,
  keepCertificate,
  type Log,
  listen,
  openStore,
  type RequestHandler,
  recoverSigner,
  type Tunnel,
} from '@sublet/service'
import type { LocalAccount } from 'viem'
import { createBook } from './book/book.ts'
import { createBookStore } from './book/book-store.ts'
import { checkAsk } from './book/check-ask.ts'
import type { IndexerConfig } from './config.ts'
import { marketRoutes } from './http/market-routes.ts'
import { nameRoutes } from './http/name-routes.ts'
import { orderRoutes } from './http/order-routes.ts'
import { relayRoutes } from './http/relay-routes.ts'
import { createAtOnce } from './limit/at-once.ts'
import { createRateLimit } from './limit/rate-limit.ts'
import { openNames } from './names/open-names.ts'
import { serveTls } from './names/serve-tls.ts'
import { askForBid } from './order/ask-for-bid.ts'
import { runAuction } from './order/auction.ts'
import { checkOrder } from './order/check-order.ts'
import { screenMarket } from './order/screen-market.ts'
import { openPorts } from './ports/open-ports.ts'
import { createConnections } from './provider/connections.ts'
import { followFeed } from './provider/follow-feed.ts'
import { followLeases, leaseFigures } from './registry/lease-history.ts'
import { isActiveProvider } from './registry/node-history.ts'
import { followRegistry } from './registry/registry.ts'
import { createIngress, type Ingress } from './relay/ingress.ts'
import { createRouteTable } from './relay/route-table.ts'
import { type IndexerTables, migrations } from './tables.ts'

export interface IndexerOptions {
  config: IndexerConfig
  log: Log
  /** The indexer's wallet: it signs tunnels, and fees go to it. */
  account: LocalAccount
  chain: { rpcUrl: string }
  addresses: NetworkAddresses
  /** A PostgreSQL by URL, or a folder for an embedded one. */
  store: { url?: string | undefined; dataDir?: string | undefined }
  /** Where the tunnel's certificate is kept. */
  dataDir: string
  /** Milliseconds since 1970; the clock unless given. */
  now?: () => number
}

export interface Indexer {
  /** Where the API is, such as `http://127.0.0.1:8081`. */
  url: string
  address: Address
  tunnelPort: number
  /** Where names are served over TLS; absent where they aren't. */
  tlsPort: number | undefined
  stop(): Promise<void>
}

const sweepMs = 10_000
/** How long the names of a provider that went are kept for it. */
const routeGraceMs = 120_000
/** Asks that one provider may send a second; each costs the check of a signature. */
const asksPerSecond = 20
/** Everything relayed at once, over all addresses. */
const mostRelayed = 20_000

/**
 * Starts a matchmaker. Throws `chain.unreachable`, `chain.wrong-network`, `store.unreachable` or `port.taken`.
 */
export async function startIndexer(options: IndexerOptions): Promise<Indexer> {
  const { config, log, account, addresses, now = () => Date.now() } = options
  const indexer = addressSchema.parse(account.address)
  const shutdown = createShutdown()
  try {
    const chain = await createChainClient({ rpcUrl: options.chain.rpcUrl, addresses, recoverSigner })
    const { domain, isSignedBy } = chain
    const store = await openStore<IndexerTables>({
      ...options.store,
      schema: 'indexer',
      alone: true,
      migrations,
      log,
    })
    shutdown.add('the store', () => store.close())

    const book = createBook()
    const bookStore = createBookStore(store, log)
    for (const signedAsk of await bookStore.load(now())) book.put(signedAsk)
    shutdown.add('the book', () =>
      bookStore.flush().catch((err: unknown) => log.warn({ err }, 'the book was not written')),
    )

    const registry = await followRegistry({
      chain,
      addresses,
      store,
      log,
      pollMs: config.chainPollMs,
      onChanged: (nodes) => void Promise.all(nodes.map(recheck)),
    })
    shutdown.add('the registry', () => registry.stop())
    const leases = await followLeases({ chain, addresses, store, log, pollMs: config.chainPollMs })
    shutdown.add('the leases', () => leases.stop())

    let listening = { port: config.port, tunnelPort: 0, tlsPort: config.tlsPort }
    const names = await openNames({
      config,
      store,
      dataDir: options.dataDir,
      log,
      now,
      ports: () => listening,
    })
    shutdown.add('the host names', () => names.stop())
    // Names outlive a short cut: what they answer meanwhile is that the provider is away, not that nothing is there.
    const connections = createConnections((provider) => {
      const forget = () => {
        if (connections.get(provider) === undefined) routes.removeAll(provider)
      }
      setTimeout(forget, routeGraceMs).unref()
    })
    const tunnelOf = (provider: Address) => connections.get(provider)
    const metrics = createMetrics({ name: 'indexer', processMetrics: false })
    const relayed = createAtOnce({ each: config.relayedAtOnce, all: mostRelayed })
    const ports = openPorts({ config, indexer, tunnelOf, atOnce: relayed, metrics, log, now })
    shutdown.add('the relayed ports', () => ports?.stop())
    const routes = createRouteTable({ ingressDomain: config.ingressDomain, names: names.keeper, ports })

    /** A node's registration changed: who is no provider any more, or has another key, leaves the book. */
    async function recheck(provider: Address): Promise<void> {
      try {
        const node = await registry.node(provider, { fresh: true })
        const isActive = isActiveProvider(node, now())
        if (!isActive) connections.get(provider)?.close('the provider is no longer registered')
        const ask = book.get(provider)?.ask
        if (ask === undefined || (isActive && node?.publicKey === ask.publicKey)) return
        book.drop(provider)
        bookStore.drop([provider])
        log.info({ provider }, 'an ask was dropped: the registration changed')
      } catch (err) {
        log.warn({ err, provider }, 'a changed registration could not be looked up')
      }
    }

    const askRate = createRateLimit({ perSecond: asksPerSecond, burst: asksPerSecond * 5 })
    const takeAsk = (tunnel: Tunnel) => async (signedAsk: Parameters<typeof checkAsk>[0]) => {
      const standing = book.get(tunnel.provider)
      if (standing !== undefined && standing.ask.sequence >= signedAsk.ask.sequence) return
      await checkAsk(signedAsk, tunnel.provider, now(), { domain, isSignedBy, node: registry.node })
      if (book.put(signedAsk)) bookStore.put(signedAsk)
    }

    const tunnels = await acceptTunnels({
      tls: await keepCertificate(options.dataDir, now()),
      identity: account,
      host: config.tunnelHost,
      port: config.tunnelPort,
      log,
      authorise: async (provider) =>
        isActiveProvider(await registry.node(provider), now()) ||
        isActiveProvider(await registry.node(provider, { fresh: true }), now()),
      onConnect(tunnel) {
        connections.add(tunnel)
        followFeed({ tunnel, routes, takeAsk: takeAsk(tunnel), askRate, now, log }).catch((err: unknown) => {
          log.error({ err, provider: tunnel.provider }, 'following a feed failed')
          tunnel.close('its feed could not be followed')
        })
      },
    })
    shutdown.add('the tunnels', () => tunnels.stop())

    const sweep = setInterval(() => bookStore.drop(book.dropExpired(now())), sweepMs)
    shutdown.add('the sweep', () => clearInterval(sweep))

    const connectedGauge = metrics.gauge({ name: 'providers_connected', help: 'Tunnels that stand' })
    const asksGauge = metrics.gauge({ name: 'asks', help: 'Asks in the book' })
    const outcomes = metrics.counter({
      name: 'order_events_total',
      help: 'What became of orders',
      labels: ['type'],
    })
    const gauges = setInterval(() => {
      connectedGauge.set(connections.size)
      asksGauge.set(book.size)
    }, 1_000)
    shutdown.add('the gauges', () => clearInterval(gauges))

    const ingress = createIngress({
      domain: config.ingressDomain,
      routes,
      findName: (host) => names.keeper?.find(host),
      challengeAnswer: names.challengeAnswer,
      tunnelOf,
      answerTimeoutMs: config.answerTimeoutMs,
      atOnce: relayed,
    })
    shutdown.add('the ingress', () => ingress.close())

    const server = createHttpServer({
      name: 'indexer',
      log,
      metrics,
      readiness: createReadiness({ store: () => store.check(), chain: () => chain.nowSeconds() }),
      logRequests: config.logRequests,
      bodyLimitBytes: 256 * 1024,
      serverFactory: (handler) => serverOf(handler, ingress),
    })
    marketRoutes(server, {
      info: () => ({
        indexer,
        chainId: domain.chainId,
        escrow: addressSchema.parse(domain.escrow),
        feeBps: config.feeBps,
        ingress: { domain: config.ingressDomain, port: config.ingressPort ?? listening.port },
        tunnel: { host: config.publicHost ?? config.tunnelHost, port: listening.tunnelPort },
      }),
      asks: () =>
        book
          .all()
          .map((signedAsk) => ({ signedAsk, connected: tunnelOf(signedAsk.ask.provider) !== undefined })),
      node: (provider) => registry.node(provider),
      isConnected: (provider) => tunnelOf(provider) !== undefined,
      regionOf: (provider) => book.get(provider)?.ask.region,
      figures: () => leaseFigures(store.db),
      connected: () => connections.size,
    })
    orderRoutes(server, {
      check: (signedOrder) => checkOrder(signedOrder, now(), { domain, isSignedBy }),
      async *run(signedOrder, signal) {
        const market = screenMarket(
          signedOrder.order,
          book.all(),
          (provider) => {
            const tunnel = tunnelOf(provider)
            return { connected: tunnel !== undefined, latencyMs: tunnel?.latencyMs() }
          },
          now(),
        )
        const events = runAuction({
          signedOrder,
          market,
          indexer,
          feeBps: config.feeBps,
          bidders: config.bidders,
          bidTimeoutMs: config.bidTimeoutMs,
          domain,
          isSignedBy,
          ask: ({ provider }, question, asking) => askForBid(tunnelOf(provider), provider, question, asking),
          now,
          signal,
        })
        for await (const event of events) {
          outcomes.inc({ type: event.type })
          yield event
        }
      },
      rate: createRateLimit({ perSecond: config.ordersPerSecond, burst: config.ordersPerSecond * 5 }),
      atOnce: createAtOnce({ each: config.ordersAtOnce, all: config.ordersAtOnce }),
      now,
    })
    relayRoutes(server, { tunnelOf, atOnce: relayed })
    nameRoutes(server, { namesOf: (leaseId) => names.keeper?.namesOf(leaseId) ?? [] })
    const { url, port } = await listen({ server, host: config.host, port: config.port })
    listening = { port, tunnelPort: tunnels.port, tlsPort: undefined }
    if (config.tlsPort !== undefined) {
      const { certificateOf } = names
      const tls = await serveTls({
        server: server.server,
        certificateOf,
        host: config.host,
        port: config.tlsPort,
      })
      shutdown.add('the TLS entrance', () => tls.stop())
      listening = { ...listening, tlsPort: tls.port }
    }
    // Requests under way end with the tunnels, so those go first.
    shutdown.add('the API', async () => {
      connections.closeAll()
      await server.close()
    })
    log.info({ url, tunnelPort: tunnels.port, address: indexer, asks: book.size }, 'indexer ready')
    return {
      url,
      address: indexer,
      tunnelPort: tunnels.port,
      tlsPort: listening.tlsPort,
      stop: () => shutdown.run(),
    }
  } catch (error) {
    await shutdown.run().catch((err: unknown) => log.warn({ err }, 'stopping after a failed start failed'))
    throw error
  }
}

/** One port for both: requests for a workload's name go to the ingress, all others to the API. */
function serverOf(api: RequestHandler, ingress: Ingress) {
  const server = createServer((request, response) => {
    if (ingress.owns(request)) ingress.request(request, response)
    else api(request, response)
  })
  server.on('upgrade', (request, socket, head) => {
    ingress.upgrade(request, socket, head)
  })
  // Uploads to workloads may take as long as they like; heads may not.
  server.requestTimeout = 0
  server.headersTimeout = 30_000
  return server
}
