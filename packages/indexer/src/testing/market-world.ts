import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeRegistryAbi } from '@sublet/contracts'
import type { Address, Ask, EscrowDomain, Hex, Order, OrderEvent } from '@sublet/protocol'
import { type SignedOrder, statementTypedData } from '@sublet/protocol'
import { createIndexerClient, type IndexerClient } from '@sublet/sdk'
import { createLog, startEmbeddedPostgres } from '@sublet/service'
import { createWalletClient, http, type LocalAccount } from 'viem'
import { sampleOrder } from '../../../protocol/src/testing/sample-market.ts'
import {
  type AnvilWithNetwork,
  startAnvilWithNetwork,
  testAccount,
} from '../../../service/src/testing/anvil-dollar.ts'
import { type IndexerConfig, indexerConfigSchema } from '../config.ts'
import { type Indexer, startIndexer } from '../main.ts'
import { type FakeProvider, type FakeProviderOptions, startFakeProvider } from './fake-provider.ts'

export const publicKeyOf = (number: number): Hex => `0x${(number + 1).toString(16).padStart(64, '0')}`
export { testAccount }

/** A chain with the contracts, a PostgreSQL, and indexers and providers on them. */
export interface MarketWorld {
  network: AnvilWithNetwork
  domain: EscrowDomain
  databaseUrl: string
  /** Added to the clock of everybody. */
  clock: { aheadMs: number }
  now: () => number
  indexer(config?: Partial<IndexerConfig>, folder?: string): Promise<Indexer & { client: IndexerClient }>
  /** Registers an account as a provider. */
  register(account: LocalAccount, publicKey: Hex): Promise<void>
  provider(
    number: number,
    tunnelPort: number,
    options?: Partial<FakeProviderOptions> & { ask?: Partial<Ask> },
  ): Promise<FakeProvider>
  sign(order: Partial<Order>, tenant?: LocalAccount): Promise<SignedOrder>
  stop(): Promise<void>
}

const log = createLog({ name: 'test', level: (process.env.TEST_LOG as 'info') ?? 'silent' })

export async function startMarketWorld(): Promise<MarketWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'sublet-market-'))
  const [network, database] = await Promise.all([
    startAnvilWithNetwork(),
    startEmbeddedPostgres({ dataDir: join(folder, 'database'), log }),
  ])
  const { addresses, anvil } = network
  const domain = { chainId: addresses.chainId, escrow: addresses.escrow.toLowerCase() as Address }
  const clock = { aheadMs: 0 }
  const now = () => Date.now() + clock.aheadMs
  const token = addresses.testDollar.toLowerCase() as Address
  const world: MarketWorld = {
    network,
    domain,
    databaseUrl: database.url,
    clock,
    now,
    async indexer(config = {}, name = 'indexer') {
      const indexer = await startIndexer({
        config: indexerConfigSchema.parse({ port: 0, tunnelPort: 0, chainPollMs: 20, ...config }),
        log,
        account: testAccount(9),
        chain: { rpcUrl: anvil.rpcUrl },
        addresses,
        store: { url: database.url },
        dataDir: join(folder, name),
        now,
      })
      return { ...indexer, client: createIndexerClient({ baseUrl: indexer.url }) }
    },
    async register(account, publicKey) {
      const wallet = createWalletClient({ account, transport: http(anvil.rpcUrl) })
      const hash = await wallet.writeContract({
        chain: null,
        address: addresses.nodeRegistry,
        abi: nodeRegistryAbi,
        functionName: 'register',
        args: [0, 'https://provider.example', publicKey, `0x${'00'.repeat(20)}`, `0x${'00'.repeat(32)}`],
      })
      const { status } = await network.testClient.waitForTransactionReceipt({ hash })
      if (status !== 'success') throw new Error('the registration was reverted')
    },
    async provider(number, tunnelPort, options = {}) {
      const account = options.account ?? testAccount(number)
      const { ask, ...rest } = options
      return startFakeProvider({
        account,
        domain,
        tunnelPort,
        now,
        ask: { token, publicKey: publicKeyOf(number), ...ask },
        ...rest,
      })
    },
    async sign(changes, tenant = testAccount(0)) {
      const order = sampleOrder({
        tenant: tenant.address.toLowerCase() as Address,
        chainId: domain.chainId,
        token,
        createdAtMs: now(),
        expiresAtMs: now() + 60_000,
        ...changes,
      })
      return { order, signature: await tenant.signTypedData(statementTypedData('order', order, domain)) }
    },
    async stop() {
      await database.stop()
      await anvil.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return world
}

/** Everything that an indexer says about an order. */
export async function eventsOf(client: IndexerClient, order: SignedOrder): Promise<OrderEvent[]> {
  const events: OrderEvent[] = []
  for await (const event of client.postOrder(order)) events.push(event)
  return events
}
