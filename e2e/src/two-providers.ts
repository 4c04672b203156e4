import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deployNetwork, testDollarAbi } from '@sublet/contracts'
import { startAnvil } from '@sublet/contracts/node'
import { type Controller, controllerConfigSchema, startController } from '@sublet/controller'
import { type Indexer, indexerConfigSchema, startIndexer } from '@sublet/indexer'
import { type Address, addressSchema, generateSealKeyPair } from '@sublet/protocol'
import {
  type ProviderConfigInput,
  providerConfigSchema,
  type RunningProvider,
  startProvider,
} from '@sublet/provider'
import { createLog, createShutdown } from '@sublet/service'
import { createPublicClient, createWalletClient, http, type LocalAccount, parseEther } from 'viem'
import { generatePrivateKey, mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import { askController } from './ask-controller.ts'
import { freshDatabase } from './fresh-database.ts'

const mnemonic = 'test test test test test test test test test test test junk'
const account = (index: number): LocalAccount => mnemonicToAccount(mnemonic, { addressIndex: index })
const token = 'a-token-of-the-tests'

/** An indexer that relays ports, two providers on one engine that no client reaches directly, and a tenant's controller. */
export interface TwoProviders extends AsyncDisposable {
  indexer: Indexer
  providers: readonly [LentMachine, LentMachine]
  /** Asks the controller; throws its problem as text. */
  ask<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T>
}

export interface LentMachine {
  address: Address
  /** Goes away at once; containers run on. */
  vanish(): Promise<void>
  comeBack(): Promise<void>
}

export async function startTwoProviders(settings: {
  providerSilenceSeconds: number
  provider: Partial<ProviderConfigInput>
}): Promise<TwoProviders> {
  const shutdown = createShutdown()
  const folder = join(tmpdir(), `sublet-two-${process.pid}-${Date.now()}`)
  await mkdir(folder, { recursive: true })
  shutdown.add('the folder', () => rm(folder, { recursive: true, force: true, maxRetries: 10 }))
  try {
    const anvil = await startAnvil()
    shutdown.add('the chain', () => anvil.stop())
    const { rpcUrl } = anvil
    const publicClient = createPublicClient({ transport: http(rpcUrl), pollingInterval: 20 })
    const deployer = createWalletClient({ account: account(0), transport: http(rpcUrl) })
    const addresses = await deployNetwork({ publicClient, walletClient: deployer, options: {} })
    const tenant = account(1)
    const hash = await createWalletClient({ account: tenant, transport: http(rpcUrl) }).writeContract({
      address: addresses.testDollar,
      abi: testDollarAbi,
      functionName: 'mint',
      args: [tenant.address, 10_000_000_000n],
      chain: null,
    })
    await publicClient.waitForTransactionReceipt({ hash })
    const database = await freshDatabase()
    shutdown.add('the database', () => database[Symbol.asyncDispose]())
    const log = createLog({ name: 'e2e', level: (process.env.TEST_LOG as 'info') ?? 'silent' })
    const common = { chain: { rpcUrl }, addresses, store: { url: database.url }, log }
    const indexerAccount = account(2)
    const indexer = await startIndexer({
      ...common,
      account: indexerAccount,
      dataDir: join(folder, 'indexer'),
      config: indexerConfigSchema.parse({ port: 0, tunnelPort: 0, chainPollMs: 50, relayPorts: 'any' }),
    })
    shutdown.add('the indexer', () => indexer.stop())

    async function lend(number: number): Promise<LentMachine> {
      const wallet = privateKeyToAccount(generatePrivateKey())
      const funded = await deployer.sendTransaction({
        to: wallet.address,
        value: parseEther('100'),
        chain: null,
      })
      await publicClient.waitForTransactionReceipt({ hash: funded })
      const dataDir = join(folder, `provider-${number}`)
      await mkdir(dataDir, { recursive: true })
      const sealKey = await generateSealKeyPair()
      const start = () =>
        startProvider({
          ...common,
          rpcUrl,
          store: { url: database.url, schema: `provider_${number}` },
          account: wallet,
          sealKey,
          indexers: [
            {
              host: '127.0.0.1',
              port: indexer.tunnelPort,
              address: indexer.address,
              ingress: { domain: 'localhost', port: Number(new URL(indexer.url).port) },
            },
          ],
          config: providerConfigSchema.parse({
            dataDir,
            runtime: 'docker',
            portsThrough: 'relay',
            subnetPool: `10.${224 + number}.0.0/16`,
            reservedMemoryBytes: 0,
            reservedStorageBytes: 0,
            cpuOfferPercent: 1000,
            chainPollMs: 100,
            ...settings.provider,
          }),
        })
      let running: RunningProvider | undefined = await start()
      shutdown.add(`provider ${number}`, async () => {
        running ??= await start()
        await running.stop({ keepLeases: false })
      })
      await running.connected()
      return {
        address: addressSchema.parse(wallet.address),
        async vanish() {
          await running?.stop({ keepLeases: true })
          running = undefined
        },
        async comeBack() {
          running = await start()
          await running.connected()
        },
      }
    }
    const providers = [await lend(0), await lend(1)] as const
    const controller: Controller = await startController({
      ...common,
      account: tenant,
      indexers: [indexer.url],
      token,
      config: controllerConfigSchema.parse({
        port: 0,
        providerSilenceSeconds: settings.providerSilenceSeconds,
        closeTimeoutSeconds: 2,
      }),
    })
    shutdown.add('the controller', () => controller.stop({ closeLeases: true }))
    return {
      indexer,
      providers,
      ask: (method, path, body) => askController({ url: controller.url, token }, method, path, body),
      [Symbol.asyncDispose]: () => shutdown.run(),
    }
  } catch (error) {
    await shutdown.run().catch(() => undefined)
    throw error
  }
}
