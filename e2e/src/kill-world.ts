import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deployNetwork, testDollarAbi } from '@sublet/contracts'
import { startAnvil } from '@sublet/contracts/node'
import { type Address, generateSealKeyPair } from '@sublet/protocol'
import { createTenant, type Tenant } from '@sublet/sdk'
import { freeBasePort } from '@sublet/testing/sublet-process'
import { createPublicClient, createWalletClient, http, type LocalAccount, parseEther } from 'viem'
import { generatePrivateKey, mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import { freshDatabase } from './fresh-database.ts'
import { type KillableRole, killableRole } from './killable-role.ts'
import { type OwnEngine, startOwnEngine } from './own-engine.ts'
import { unmountBeneath } from './unmount-beneath.ts'

const mnemonic = 'test test test test test test test test test test test junk'
const account = (index: number): LocalAccount => mnemonicToAccount(mnemonic, { addressIndex: index })
const lower = (address: string) => address.toLowerCase() as Address

/** A thousand units and more a second, so that what is paid tells the seconds exactly. */
const secondsPrices = { cpuPerCoreHour: '36000000', memoryPerGibHour: '0' }

/** A network whose provider, indexer and container engine are processes of their own, to be killed one by one. */
export interface KillWorld extends AsyncDisposable {
  tenant: Tenant
  account: LocalAccount
  provider: Address
  engine: OwnEngine
  /** What can be killed and started again, by name. */
  victims: Record<VictimName, Victim>
  /** When each was away: from its kill until its start was through, milliseconds since 1970. */
  outages: readonly Outage[]
  /** Where the processes' words lie; kept when `keepLogs` is called. */
  folder: string
  keepLogs(): void
}

export type VictimName = 'provider' | 'engine' | 'indexer'

export interface Outage {
  fromMs: number
  /** Absent while it lasts. */
  toMs?: number
}

interface Victim {
  kill(): Promise<void>
  start(): Promise<void>
}

/** Writes down from when until when a victim is away. */
function timed(victim: Victim, outages: Outage[]): Victim {
  let outage: Outage | undefined
  return {
    async kill() {
      outage = { fromMs: Date.now() }
      outages.push(outage)
      await victim.kill()
    },
    async start() {
      await victim.start()
      if (outage !== undefined) outage.toMs = Date.now()
    },
  }
}

export async function startKillWorld(options: { liveRestore: boolean }): Promise<KillWorld> {
  const undo: (() => Promise<unknown>)[] = []
  const end = async () => {
    const failures: unknown[] = []
    for (const step of undo.splice(0).reverse()) await step().catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw new AggregateError(failures, 'the world was not cleared away')
  }
  try {
    return await start(options, undo, end)
  } catch (error) {
    await end()
    throw error
  }
}

async function start(
  { liveRestore }: { liveRestore: boolean },
  undo: (() => Promise<unknown>)[],
  end: () => Promise<void>,
): Promise<KillWorld> {
  const folder = join(tmpdir(), `sublet-kill-${process.pid}-${Date.now()}`)
  let keep = false
  for (const role of ['indexer', 'provider']) await mkdir(join(folder, role), { recursive: true })
  undo.push(async () => {
    await unmountBeneath(folder)
    if (!keep) await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  })
  const anvil = await startAnvil()
  undo.push(() => anvil.stop())
  const { rpcUrl } = anvil
  const publicClient = createPublicClient({ transport: http(rpcUrl), pollingInterval: 20 })
  const deployer = createWalletClient({ account: account(0), transport: http(rpcUrl) })
  const addresses = await deployNetwork({
    publicClient,
    walletClient: deployer,
    options: { noticePeriodSeconds: 5 },
  })
  const tenantAccount = account(1)
  const providerKey = generatePrivateKey()
  const indexerKey = generatePrivateKey()
  const provider = lower(privateKeyToAccount(providerKey).address)
  await publicClient.waitForTransactionReceipt({
    hash: await deployer.sendTransaction({ to: provider, value: parseEther('100'), chain: null }),
  })
  await publicClient.waitForTransactionReceipt({
    hash: await createWalletClient({ account: tenantAccount, transport: http(rpcUrl) }).writeContract({
      address: addresses.testDollar,
      abi: testDollarAbi,
      functionName: 'mint',
      args: [tenantAccount.address, 10_000_000_000n],
      chain: null,
    }),
  })
  // A block a second, as real chains have them: one for each transaction lets the chain's clock run ahead of ours.
  await publicClient.request({ method: 'evm_setIntervalMining' as never, params: [1] as never })

  const database = await freshDatabase()
  undo.push(() => Promise.resolve(database[Symbol.asyncDispose]()))
  const engine = await startOwnEngine({ liveRestore })
  undo.push(() => Promise.resolve(engine[Symbol.asyncDispose]()))
  const port = await freeBasePort()
  const shared = {
    rpcUrl,
    addresses: { ...addresses, deployedAtBlock: String(addresses.deployedAtBlock) },
    databaseUrl: database.url,
  }
  const indexer = killableRole(
    {
      ...shared,
      role: 'indexer',
      privateKey: indexerKey,
      dataDir: join(folder, 'indexer'),
      config: { port, tunnelPort: port + 1, chainPollMs: 100 },
    },
    join(folder, 'indexer.log'),
  )
  const host = killableRole(
    {
      ...shared,
      role: 'provider',
      privateKey: providerKey,
      dataDir: join(folder, 'provider'),
      sealKey: await generateSealKeyPair(),
      indexers: [
        {
          host: '127.0.0.1',
          port: port + 1,
          address: lower(privateKeyToAccount(indexerKey).address),
          ingress: { domain: 'localhost', port },
        },
      ],
      config: {
        runtime: 'docker',
        dockerHost: engine.host,
        subnetPool: '10.231.0.0/16',
        reservedMemoryBytes: 0,
        reservedStorageBytes: 0,
        cpuOfferPercent: 1000,
        prices: secondsPrices,
        chainPollMs: 200,
        settleGraceSeconds: 2,
      },
    },
    join(folder, 'provider.log'),
  )
  for (const role of [indexer, host] satisfies KillableRole[]) {
    undo.push(() => role.kill())
    await role.start()
  }
  const outages: Outage[] = []
  const tenant = await createTenant({
    account: tenantAccount,
    rpcUrl,
    addresses,
    indexers: [`http://127.0.0.1:${port}`],
  })
  return {
    tenant,
    account: tenantAccount,
    provider,
    engine,
    folder,
    victims: {
      provider: timed(host, outages),
      engine: timed(engine, outages),
      indexer: timed(indexer, outages),
    },
    outages,
    keepLogs() {
      keep = true
    },
    [Symbol.asyncDispose]: end,
  }
}
