import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Address, generateSealKeyPair } from '@sublet/protocol'
import { createLog, openStore } from '@sublet/service'
import { testDatabaseUrl } from '@sublet/testing'
import { type AnvilNetwork, startAnvilNetwork } from '../../../sdk/src/testing/anvil-network.ts'
import { createMemoryIndexer } from '../../../sdk/src/testing/memory-indexer.ts'
import {
  type Behaviour,
  createMemoryProvider,
  type MemoryProvider,
} from '../../../sdk/src/testing/memory-provider.ts'
import { anAsk, serveMemoryIndexer } from '../../../sdk/src/testing/serve-memory-indexer.ts'
import { sealedHandler } from '../../../sdk/src/testing/serve-memory-provider.ts'
import { controllerConfigSchema } from '../config.ts'
import { migrations } from '../deployment/migrations.ts'
import { type Controller, startController } from '../main.ts'

/** A real chain, a real database, an indexer and providers behind real sockets: all but containers. */
export interface Site extends AsyncDisposable {
  network: AnvilNetwork
  providers: readonly MemoryProvider[]
  token: string
  start(more?: Partial<Parameters<typeof startController>[0]>): Promise<Controller>
  /** Everything that the controller stored, as one text. */
  storedText(): Promise<string>
}

export const consolePage = '<!doctype html><title>console</title>'

export async function aSite(behaviours: readonly Partial<Behaviour>[]): Promise<Site> {
  const network = await startAnvilNetwork()
  try {
    return await siteOn(network, behaviours)
  } catch (error) {
    await network.stop()
    throw error
  }
}

async function siteOn(network: AnvilNetwork, behaviours: readonly Partial<Behaviour>[]): Promise<Site> {
  const tenant = network.account(1)
  await network.mint(tenant.address, 1_000_000_000n)
  const workload = createServer((_request, response) => response.end('hello from the workload'))
  await new Promise<void>((resolve) => workload.listen(0, '127.0.0.1', resolve))
  const endpointUrl = `http://web.localhost:${(workload.address() as AddressInfo).port}/`
  const domain = { chainId: network.addresses.chainId, escrow: network.addresses.escrow }
  const relays = new Map<string, ReturnType<typeof sealedHandler>>()
  const providers: MemoryProvider[] = []
  for (const [index, behaviour] of behaviours.entries()) {
    const account = network.account(2 + index)
    const keys = await generateSealKeyPair()
    await network.register(account, keys.publicKey)
    const provider = createMemoryProvider({
      account,
      domain,
      chain: network.providerChain(account),
      now: Date.now,
      behaviour,
      endpointUrl,
    })
    providers.push(provider)
    relays.set(
      provider.address,
      sealedHandler({ provider, domain, privateKey: keys.privateKey, now: Date.now }),
    )
  }
  const served = await serveMemoryIndexer({
    indexer: createMemoryIndexer({ baseUrl: 'http://in-memory', providers }),
    relays,
    asks: providers.map(({ address }) =>
      anAsk(address, network.addresses.testDollar.toLowerCase() as Address),
    ),
  })
  const consoleDir = await mkdtemp(join(tmpdir(), 'sublet-console-'))
  await writeFile(join(consoleDir, 'index.html'), consolePage)
  await writeFile(join(consoleDir, 'app-0a1b2c3d4e.js'), 'console.log(1)')

  const log = createLog({ name: 'controller', level: 'silent' })
  const database = `controller_test_${process.pid}_${Date.now()}`
  const admin = await openStore({
    url: testDatabaseUrl,
    schema: 'controller_test_admin',
    migrations: [],
    log,
  })
  await admin.pool.query(`create database ${database}`)
  const url = new URL(testDatabaseUrl)
  url.pathname = `/${database}`
  const controllers: Controller[] = []
  const token = 'a-token-of-32-characters-or-more!'
  return {
    network,
    providers,
    token,
    async start(more = {}) {
      const controller = await startController({
        config: controllerConfigSchema.parse({ port: 0, embedded: true, closeTimeoutSeconds: 5 }),
        log,
        account: tenant,
        chain: { rpcUrl: network.rpcUrl },
        addresses: network.addresses,
        indexers: [served.baseUrl],
        store: { url: url.href },
        token,
        consoleDir,
        ...more,
      })
      controllers.push(controller)
      return controller
    },
    async storedText() {
      const store = await openStore({ url: url.href, schema: 'controller', migrations, log })
      try {
        const tables = ['deployments', 'groups', 'open_offers']
        const rows = await Promise.all(
          tables.map((table) => store.pool.query(`select to_jsonb(t)::text as text from ${table} t`)),
        )
        return rows.flatMap(({ rows: all }) => all.map(({ text }) => String(text))).join('\n')
      } finally {
        await store.close()
      }
    },
    async [Symbol.asyncDispose]() {
      for (const controller of controllers) await controller.stop().catch(() => {})
      await served.stop()
      workload.close()
      await network.stop()
      await admin.pool.query(`drop database if exists ${database} with (force)`)
      await admin.close()
    },
  }
}
