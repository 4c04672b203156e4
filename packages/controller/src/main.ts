import { randomBytes, randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { NetworkAddresses } from '@sublet/contracts'
import {
  createChainClient,
  createIndexerClient,
  createNodeTransport,
  createProviderOpener,
  createSessionKeeper,
  createVoucherPayer,
  requestEndpoint,
  snapshotKeyOf,
  wait,
} from '@sublet/sdk'
import {
  createHttpServer,
  createMetrics,
  createReadiness,
  createShutdown,
  type HttpServer,
  type Log,
  listen,
  openStore,
  recoverSigner,
} from '@sublet/service'
import type { LocalAccount } from 'viem'
import type { ControllerConfig } from './config.ts'
import { createContentBox } from './deployment/content-box.ts'
import { createDeployments, type Deployments } from './deployment/deployments.ts'
import { isWorkloadAnswer } from './deployment/is-answer.ts'
import { migrations } from './deployment/migrations.ts'
import { type ControllerTables, createStoreJournal } from './deployment/store-journal.ts'
import { createFunding } from './funding/funding.ts'
import { channelRoutes } from './http/channel-routes.ts'
import { serveConsole } from './http/console-files.ts'
import { deploymentRoutes } from './http/deployment-routes.ts'
import { execRoute } from './http/exec-route.ts'
import { guard } from './http/guard.ts'
import { leaseFileRoutes } from './http/lease-file-routes.ts'
import { leaseRoutes } from './http/lease-routes.ts'
import { leaseWatchRoutes } from './http/lease-watch-routes.ts'
import { nameRoutes } from './http/name-routes.ts'
import { networkRoutes } from './http/network-routes.ts'
import { schemaRoutes } from './http/schema-routes.ts'
import { volumeRoutes } from './http/volume-routes.ts'
import { createRestoreVolumes } from './snapshot/restore-volumes.ts'
import { createSnapshots, type Snapshots } from './snapshot/snapshots.ts'

export interface ControllerOptions {
  config: ControllerConfig
  log: Log
  /** The tenant's wallet. It signs orders, agreements and sessions, and pays. */
  account: LocalAccount
  chain: { rpcUrl: string }
  addresses: NetworkAddresses
  /** Base URLs. */
  indexers: readonly string[]
  /** A PostgreSQL by URL, or a folder for an embedded one. */
  store: { url?: string | undefined; dataDir?: string | undefined }
  /** Whoever has it speaks for the wallet. At least 16 characters. */
  token: string
  /** The console's built files. */
  consoleDir?: string | undefined
}

export interface Controller {
  /** Where the API is, such as `http://127.0.0.1:8080`. */
  url: string
  /** With the token in it: for the owner's eyes alone. */
  consoleUrl: string
  /**
   * Stops serving. With `closeLeases` every deployment is closed and settled first; without, leases run on and the
   * next controller takes them up. Answers how many deployments could not be closed in time: they are written down as
   * unwanted, and the next controller closes them.
   */
  stop(options?: { closeLeases?: boolean }): Promise<{ unsettled: number }>
}

const closeGraceMs = 500
const closeAllTimeoutMs = 60_000
const maxFileBytes = 8 * 1024 * 1024

/**
 * Starts a tenant's agent: keeps deployments at what is wanted, and serves the API and the console on loopback.
 * Throws `chain.unreachable`, `chain.wrong-network`, `store.unreachable` or `port.taken`.
 */
export async function startController(options: ControllerOptions): Promise<Controller> {
  const { config, log, account, token } = options
  const shutdown = createShutdown()
  const now = () => Date.now()
  try {
    const chain = await createChainClient({
      rpcUrl: options.chain.rpcUrl,
      addresses: options.addresses,
      account,
      recoverSigner,
    })
    const store = await openStore<ControllerTables>({
      ...options.store,
      schema: 'controller',
      alone: true,
      migrations,
      log,
    })
    shutdown.add('the store', () => store.close())

    const transport = createNodeTransport()
    const indexers = options.indexers.map((baseUrl) => createIndexerClient({ baseUrl, transport }))
    const sessions = createSessionKeeper({ account, domain: chain.domain, now })
    const openProvider = createProviderOpener({ chain, transport, sessions, now })
    const funding = createFunding(chain)
    const box = await createContentBox(account)
    const snapshots = createSnapshots(store, box)
    const deployments = createDeployments({
      account,
      chain,
      indexers,
      openProvider,
      funding,
      vouchers: createVoucherPayer({
        account,
        chain,
        intervalSeconds: config.voucherIntervalSeconds,
        collateralSeconds: config.depositSeconds,
        provide: (amount, use) => funding.during(`voucher channel ${randomUUID()}`, amount, use),
        now,
      }),
      journal: createStoreJournal(store, box),
      restoreVolumes: createRestoreVolumes({
        snapshots,
        openProvider,
        encryptionKey: () => snapshotKeyOf(account),
        log,
      }),
      log,
      settings: {
        depositSeconds: config.depositSeconds,
        startWithinSeconds: config.startWithinSeconds,
        topUp: config.topUp,
        providerSilenceMs: config.providerSilenceSeconds * 1000,
        closeTimeoutMs: config.closeTimeoutSeconds * 1000,
        patienceMs: config.patienceSeconds * 1000,
      },
      answers: (url, signal) => requestEndpoint(url, { signal }).then(isWorkloadAnswer, () => false),
      now,
      random: (bytes) => randomBytes(bytes),
      wait,
    })

    const readiness = createReadiness({
      store: () => store.check(),
      chain: () => chain.nowSeconds(),
    })
    const server = createHttpServer({
      name: 'controller',
      log,
      metrics: createMetrics({ name: 'controller', processMetrics: false }),
      readiness,
      logRequests: config.logRequests,
      bodyLimitBytes: maxFileBytes,
    })
    routes(server, { ...options, deployments, openProvider, chain, indexers, snapshots })
    shutdown.add('the API', closerOf(server))
    const { url, port } = await listen({ server, host: '127.0.0.1', port: config.port })

    await deployments.start()
    shutdown.add('the deployments', () => deployments.stop())
    log.info({ url, address: account.address }, 'controller ready')
    return {
      url,
      consoleUrl: `http://localhost:${port}/?token=${encodeURIComponent(token)}`,
      async stop({ closeLeases = false } = {}) {
        const unsettled = closeLeases ? await closeInTime(deployments, log) : 0
        await shutdown.run()
        return { unsettled }
      },
    }
  } catch (error) {
    await shutdown.run().catch((err: unknown) => log.warn({ err }, 'stopping after a failed start failed'))
    throw error
  }
}

/** Closes everything. Answers how much could not be closed in time. */
async function closeInTime(deployments: Deployments, log: Log): Promise<number> {
  const inTime = new AbortController()
  const closed = deployments.closeAll().then(() => true)
  const late = wait(closeAllTimeoutMs, inTime.signal).then(() => false)
  late.catch(() => {})
  // After the time is up the controller stops under it, which is no news.
  closed.catch(() => {})
  try {
    if (await Promise.race([closed, late])) return 0
    const unsettled = deployments.openCount()
    log.warn({ deployments: unsettled }, 'some leases could not be closed; the next start closes them')
    return unsettled
  } finally {
    inTime.abort()
  }
}

/**
 * A function that lets running answers end, then cuts what is left: a browser keeps connections open for ever, and
 * Node no longer counts those that asked to become a WebSocket.
 */
function closerOf(server: HttpServer): () => Promise<void> {
  const sockets = new Set<Socket>()
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return async () => {
    const cut = setTimeout(() => {
      for (const socket of sockets) socket.destroy()
    }, closeGraceMs)
    try {
      await server.close()
    } finally {
      clearTimeout(cut)
    }
  }
}

type Routed = Omit<ControllerOptions, 'chain' | 'indexers'> & {
  deployments: Deployments
  openProvider: ReturnType<typeof createProviderOpener>
  chain: Awaited<ReturnType<typeof createChainClient>>
  indexers: readonly ReturnType<typeof createIndexerClient>[]
  snapshots: Snapshots
}

function routes(server: HttpServer, parts: Routed): void {
  const { config, log, token, consoleDir, deployments, openProvider, chain, indexers } = parts
  guard(server, () => {
    const bound = server.server.address()
    const port = bound !== null && typeof bound === 'object' ? bound.port : config.port
    return {
      hosts: [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`],
      token,
      cookieName: `sublet_console_${port}`,
    }
  })
  deploymentRoutes(server, deployments)
  leaseRoutes(server, deployments, openProvider, chain)
  leaseWatchRoutes(server, deployments, openProvider)
  leaseFileRoutes(server, deployments, openProvider)
  execRoute(server, deployments, openProvider, log)
  volumeRoutes(server, {
    deployments,
    openProvider,
    snapshots: parts.snapshots,
    account: parts.account,
    relayUrlOf: (provider) => indexers[0]?.relayUrl(provider) ?? '',
  })
  nameRoutes(server, { deployments, indexers })
  channelRoutes(server, chain)
  schemaRoutes(server)
  networkRoutes(server, { chain, indexers, embedded: config.embedded })
  if (consoleDir !== undefined) serveConsole(server, consoleDir)
}
