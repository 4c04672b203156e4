import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, openStore } from '@sublet/service'
import { testDatabaseUrl } from '@sublet/testing'
import { aServedMarket, type ServedMarket } from '../../../sdk/src/testing/a-served-market.ts'
import type { AnvilNetwork } from '../../../sdk/src/testing/anvil-network.ts'
import type { Behaviour, MemoryProvider } from '../../../sdk/src/testing/memory-provider.ts'
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
  const market = await aServedMarket(behaviours)
  try {
    return await siteOn(market)
  } catch (error) {
    await market.stop()
    throw error
  }
}

async function siteOn(market: ServedMarket): Promise<Site> {
  const { network, providers } = market
  const tenant = network.account(1)
  await network.mint(tenant.address, 1_000_000_000n)
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
        indexers: [market.indexerUrl],
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
      await market.stop()
      await admin.pool.query(`drop database if exists ${database} with (force)`)
      await admin.pool.query('drop schema if exists controller_test_admin cascade')
      await admin.close()
    },
  }
}
