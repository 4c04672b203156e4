import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { deployNetwork, type NetworkAddresses, testDollarAbi } from '@sublet/contracts'
import { startAnvil } from '@sublet/contracts/node'
import {
  type Address,
  accrued,
  agreementTypedData,
  type Bid,
  bidRequestSchema,
  bidSchema,
  fromProblem,
  type Group,
  generateSealKeyPair,
  type Hex,
  isPaidByVouchers,
  type LeaseStatus,
  type Manifest,
  orderFor,
  type Problem,
  settlementTypedData,
  statementTypedData,
  type Workload,
} from '@sublet/protocol'
import {
  createChainClient,
  createProviderClient,
  createSessionKeeper,
  type ProviderClient,
  type Transport,
} from '@sublet/sdk'
import { acceptTunnels, createLog, type Log, makeCertificate, type Tunnel } from '@sublet/service'
import pg from 'pg'
import { createPublicClient, createWalletClient, http, type LocalAccount, parseEther } from 'viem'
import { generatePrivateKey, mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import { z } from 'zod'
import { type ProviderConfigInput, providerConfigSchema } from '../config.ts'
import { startProvider } from '../main.ts'
import { connectDocker } from '../runtime/docker/connect-docker.ts'
import { label } from '../runtime/docker/labels.ts'
import type { RunningProvider, StartProviderOptions } from '../start-options.ts'
import { type Line, openLine } from './line.ts'

/** As `@sublet/testing` has it; that one cannot be loaded outside of a test run. */
const usualDatabaseUrl = process.env.SUBLET_TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres'
/** What a voucher of the tests' tenant pays ahead. */
export const voucherIntervalSeconds = 4
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

export interface Tenant {
  account: LocalAccount
  address: Address
  chain: Awaited<ReturnType<typeof createChainClient>>
  provider: ProviderClient
  /** Orders a group and answers the bid. Throws the problem that the provider answers. */
  order(
    group: Group,
    more?: {
      maxRatePerHour?: bigint
      depositSeconds?: number
      maxDuration?: number
      startWithinSeconds?: number
      payment?: 'voucher'
    },
  ): Promise<Bid>
  /** The manifest for a bid, signed by the tenant. */
  manifest(bid: Bid, group: Group, secrets?: Record<string, string>): Promise<Manifest>
  /** Order, bid, manifest, sent: answers the lease's id. */
  rent(group: Group, more?: Parameters<Tenant['order']>[1]): Promise<Hex>
  until(leaseId: Hex, done: (status: LeaseStatus) => boolean, deadlineMs?: number): Promise<LeaseStatus>
  /** Signs what a lease has cost so far. */
  settlement(
    leaseId: Hex,
    status: LeaseStatus,
  ): Promise<{ amount: bigint; until: number; tenantSignature: Hex }>
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

interface TenantParts {
  tenantAccount: LocalAccount
  chain: Tenant['chain']
  provider: Address
  indexer: Address
  sealKey: { publicKey: Hex }
  tunnel: () => Promise<Tunnel>
  now: () => number
}

async function createTenant({
  tenantAccount,
  chain,
  provider,
  indexer,
  sealKey,
  tunnel,
  now,
}: TenantParts): Promise<Tenant> {
  const transport: Transport = async ({ url, method, headers, body, signal }) => {
    const {
      status,
      headers: answered,
      body: stream,
    } = await (await tunnel()).request({
      method,
      path: new URL(url).pathname,
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body: body instanceof Uint8Array ? body : Readable.from(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
    return { status, headers: answered as Record<string, string>, body: stream }
  }
  const client = createProviderClient({
    provider,
    publicKey: sealKey.publicKey,
    relayUrl: 'http://relay',
    transport,
    sessions: createSessionKeeper({ account: tenantAccount, domain: chain.domain, now }),
    now,
  })
  const tenant: Tenant = {
    account: tenantAccount,
    address: lower(tenantAccount.address),
    chain,
    provider: client,

    async order(
      group,
      {
        maxRatePerHour = 10_000_000n,
        depositSeconds = 3600,
        maxDuration = 0,
        startWithinSeconds = 60,
        payment,
      } = {},
    ) {
      const nowMs = now()
      const order = {
        ...orderFor(workloadOf(group), group, {
          tenant: tenant.address,
          chainId: chain.domain.chainId,
          token: chain.token,
          salt: `0x${randomBytes(32).toString('hex')}`,
          maxRatePerHour,
          depositSeconds,
          startWithinSeconds,
          payment,
          createdAtMs: nowMs,
          expiresAtMs: nowMs + 60_000,
        }),
        maxDuration,
      }
      const signature = await tenantAccount.signTypedData(statementTypedData('order', order, chain.domain))
      const { status, body } = await (await tunnel()).request({
        method: 'POST',
        path: '/v1/bids',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(
          z.encode(bidRequestSchema, { signedOrder: { order, signature }, indexer, indexerFeeBps: 100 }),
        ),
      })
      const chunks: Buffer[] = []
      for await (const chunk of body) chunks.push(chunk as Buffer)
      const answer: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
      if (status !== 200) throw fromProblem(answer as Problem)
      return z.decode(bidSchema, answer as never)
    },

    async manifest({ agreement, providerSignature }, group, secrets = {}) {
      const tenantSignature = await tenantAccount.signTypedData(agreementTypedData(agreement, chain.domain))
      return {
        agreement,
        tenantSignature,
        providerSignature,
        deployment: 'test',
        group,
        secrets,
        ...(isPaidByVouchers(agreement) ? { voucher: { intervalSeconds: voucherIntervalSeconds } } : {}),
      }
    },

    async rent(group, more) {
      const bid = await tenant.order(group, more)
      const { leaseId } = await client.createLease(await tenant.manifest(bid, group))
      return leaseId
    },

    async until(leaseId, done, deadlineMs = 30_000) {
      const end = Date.now() + deadlineMs
      let last: LeaseStatus | undefined
      const signal = AbortSignal.timeout(deadlineMs)
      while (Date.now() < end) {
        try {
          for await (const status of client.events(leaseId, { signal })) {
            last = status
            if (done(status)) return status
          }
        } catch (error) {
          if (Date.now() >= end)
            throw new Error(`not in time; last: ${JSON.stringify(last, text)}`, { cause: error })
          await new Promise((resolve) => setTimeout(resolve, 100))
        }
      }
      throw new Error(`not in time; last: ${JSON.stringify(last, text)}`)
    },

    async settlement(leaseId, { ratePerHour, deposit, openedAt = 0 }) {
      const amount = accrued({ ratePerHour, deposit, openedAt, maxDuration: 0 }, Math.floor(now() / 1000))
      const until = Math.floor(now() / 1000) + 600
      const tenantSignature = await tenantAccount.signTypedData(
        settlementTypedData({ leaseId, amount, until }, chain.domain),
      )
      return { amount, until, tenantSignature }
    },
  }
  return tenant
}

const text = (_key: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)

function workloadOf(group: Group): Workload {
  return {
    form: 'sublet/1',
    name: 'test',
    groups: [group],
    policy: { choose: 'cheapest', auction: 'first', windowMs: 0 },
  }
}
