import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deployNetwork, type NetworkAddresses, testDollarAbi } from '@sublet/contracts'
import { startAnvil } from '@sublet/contracts/node'
import { type Address, generateSealKeyPair, type Hex } from '@sublet/protocol'
import { createChainClient } from '@sublet/sdk'
import { acceptTunnels, createLog, type Log, makeCertificate, type Tunnel } from '@sublet/service'
import pg from 'pg'
import { createPublicClient, createWalletClient, http, type LocalAccount, parseEther } from 'viem'
import { generatePrivateKey, mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import { type ProviderConfigInput, providerConfigSchema } from '../config.ts'
import { startProvider } from '../main.ts'
import { connectDocker } from '../runtime/docker/connect-docker.ts'
import { label } from '../runtime/docker/labels.ts'
import type { RunningProvider, StartProviderOptions } from '../start-options.ts'
import { type Line, openLine } from './line.ts'
import { createTenant, type Tenant } from './test-tenant.ts'

/** As `@sublet/testing` has it; that one cannot be loaded outside of a test run. */
const usualDatabaseUrl = process.env.SUBLET_TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres'
const mnemonic = 'test test test test test test test test test test test junk'
const account = (index: number): LocalAccount => mnemonicToAccount(mnemonic, { addressIndex: index })
const lower = (address: string) => address.toLowerCase() as Address

/** A chain, an indexer's tunnel port and a tenant with money: everything that a provider meets, all real. */
export interface TestNetwork extends AsyncDisposable {
  addresses: NetworkAddresses
  rpcUrl: string
  tenant: Tenant
  /** Another tenant with money. */
  neighbour(): Promise<Tenant>
  log: Log
  /** Starts the provider; again with the same `dataDir` and schema, as after a restart. */
  start(config?: Partial<ProviderConfigInput>, more?: Partial<StartProviderOptions>): Promise<RunningProvider>
  /** The provider's way to the chain. */
  line: Line
  /** Its way to the indexer. */
  indexerLine: Line
  /** The tunnel that the provider dialled last. */
  tunnel(): Promise<Tunnel>
  /** What `start` hands to the provider, for starting it in another process. */
  options: Omit<StartProviderOptions, 'config' | 'log'> & { dataDir: string }
  providerKey: Hex
}

export async function startTestNetwork({
  now = Date.now,
  databaseUrl = usualDatabaseUrl,
}: {
  now?: () => number
  databaseUrl?: string
} = {}): Promise<TestNetwork> {
  const undo: (() => Promise<unknown> | unknown)[] = []
  const log = createLog({
    name: 'test',
    level: process.env.SUBLET_TEST_LOG === undefined ? 'silent' : 'debug',
  })
  const anvil = await startAnvil()
  undo.push(() => anvil.stop())
  const { rpcUrl } = anvil
  const [deployer, tenantAccount, indexerAccount] = [0, 1, 3].map(account) as [
    LocalAccount,
    LocalAccount,
    LocalAccount,
  ]
  // Of its own: every new chain has the same addresses, and parts on the machine are told apart by the provider's.
  const providerKey = generatePrivateKey()
  const providerAccount = privateKeyToAccount(providerKey)
  const publicClient = createPublicClient({ transport: http(rpcUrl), pollingInterval: 20 })
  const addresses = await deployNetwork({
    publicClient,
    walletClient: createWalletClient({ account: deployer, transport: http(rpcUrl) }),
    options: { noticePeriodSeconds: 5 },
  })
  await publicClient.waitForTransactionReceipt({
    hash: await createWalletClient({ account: deployer, transport: http(rpcUrl) }).sendTransaction({
      to: providerAccount.address,
      value: parseEther('100'),
      chain: null,
    }),
  })
  /** A wallet with money in the escrow. */
  async function funded(holder: LocalAccount): Promise<Tenant['chain']> {
    const client = await createChainClient({ rpcUrl, addresses, account: holder, pollMs: 20 })
    await publicClient.waitForTransactionReceipt({
      hash: await createWalletClient({ account: holder, transport: http(rpcUrl) }).writeContract({
        address: addresses.testDollar,
        abi: testDollarAbi,
        functionName: 'mint',
        args: [holder.address, 1_000_000_000n],
        chain: null,
      }),
    })
    await client.deposit(500_000_000n)
    return client
  }

  const line = await openLine(Number(new URL(rpcUrl).port))
  undo.push(() => line.cut())
  const tunnels: Tunnel[] = []
  /** Whoever waits for a tunnel; several may, after it was cut. */
  const waiting = new Set<() => void>()
  const listener = await acceptTunnels({
    tls: await makeCertificate(Date.now()),
    identity: indexerAccount,
    authorise: async () => true,
    onConnect: (tunnel) => {
      tunnels.push(tunnel)
      for (const goOn of waiting) goOn()
      waiting.clear()
    },
    log,
  })
  undo.push(() => listener.stop())
  const indexerLine = await openLine(listener.port)
  undo.push(() => indexerLine.cut())

  const dataDir = await mkdtemp(join(tmpdir(), 'sublet-provider-'))
  undo.push(() => rm(dataDir, { recursive: true, force: true }))
  const schema = `provider_test_${randomBytes(5).toString('hex')}`
  undo.push(() => dropSchema(databaseUrl, schema))
  undo.push(() => removeKept(lower(providerAccount.address)))

  const sealKey = await generateSealKeyPair()
  const running: RunningProvider[] = []
  undo.push(() =>
    Promise.all(running.map((provider) => provider.stop({ keepLeases: false }).catch(() => undefined))),
  )

  const options = {
    account: providerAccount,
    sealKey,
    rpcUrl: line.url,
    addresses,
    store: { url: databaseUrl, schema },
    indexers: [
      {
        host: '127.0.0.1',
        port: indexerLine.port,
        address: lower(indexerAccount.address),
        ingress: { domain: 'localhost', port: 8080 },
      },
    ],
    dataDir,
  }

  async function tunnel(): Promise<Tunnel> {
    for (;;) {
      const last = tunnels.filter(({ isClosed }) => !isClosed).at(-1)
      if (last !== undefined) return last
      await new Promise<void>((resolve) => waiting.add(resolve))
    }
  }

  const tenantOf = async (tenantAccount: LocalAccount) =>
    await createTenant({
      tenantAccount,
      chain: await funded(tenantAccount),
      provider: lower(providerAccount.address),
      indexer: lower(indexerAccount.address),
      sealKey,
      tunnel,
      now,
    })
  const tenant = await tenantOf(tenantAccount)
  const neighbour = account(4)
  return {
    addresses,
    rpcUrl,
    tenant,
    neighbour: () => tenantOf(neighbour),
    log,
    options,
    providerKey,
    line,
    indexerLine,
    tunnel,
    async start(config = {}, more = {}) {
      const { dataDir: _dataDir, ...rest } = options
      const provider = await startProvider({
        ...rest,
        log,
        config: providerConfigSchema.parse({
          dataDir,
          subnetPool: '10.215.0.0/16',
          reservedMemoryBytes: 0,
          chainPollMs: 50,
          settleGraceSeconds: 2,
          voucherLeastIntervalSeconds: 1,
          ownTenants: [tenant.address, lower(neighbour.address)],
          ...config,
        }),
        ...more,
      })
      running.push(provider)
      await provider.connected()
      return provider
    },
    async [Symbol.asyncDispose]() {
      for (const step of undo.reverse()) await step()
    },
  }
}

/** Volumes that were kept for a next lease, and networks kept ready for it, which there won't be. */
async function removeKept(provider: Address): Promise<void> {
  const connection = await connectDocker({ env: process.env, platform: process.platform }).catch(
    () => undefined,
  )
  if (connection === undefined) return
  const { docker } = connection
  const filters = { label: [`${label.provider}=${provider}`] }
  const { Volumes } = await docker.listVolumes({ filters: JSON.stringify(filters) })
  for (const { Name } of Volumes ?? []) await docker.getVolume(Name).remove()
  for (const { Id } of await docker.listNetworks({ filters })) {
    const network = docker.getNetwork(Id)
    // What holds a spare's place ends with a provider that stops, not with one that was killed.
    for (const holder of Object.keys((await network.inspect()).Containers ?? {})) {
      await docker.getContainer(holder).remove({ force: true })
    }
    await network.remove()
  }
}

async function dropSchema(databaseUrl: string, schema: string): Promise<void> {
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  await database.query(`drop schema if exists ${schema} cascade`)
  await database.end()
}
