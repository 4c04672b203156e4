import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { Address } from '@sublet/protocol'
import { createLog, openStore } from '@sublet/service'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { storedNode } from './registry/registry.ts'
import { type IndexerTables, migrations } from './tables.ts'
import {
  eventsOf,
  type MarketWorld,
  publicKeyOf,
  startMarketWorld,
  testAccount,
} from './testing/market-world.ts'

/** Looks again and again, for as long as a busy machine may need. */
const eventually = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 10_000 })

let world: MarketWorld
beforeAll(async () => {
  world = await startMarketWorld()
})
afterAll(() => world?.stop())

async function openTables() {
  const log = createLog({ name: 'test', level: 'silent' })
  const store = await openStore<IndexerTables>({ url: world.databaseUrl, schema: 'indexer', migrations, log })
  onTestFinished(() => store.close())
  return store.db
}

test('the book is rebuilt at start, without the providers, and expires as it should', async () => {
  await world.register(testAccount(1), publicKeyOf(1))
  const before = await world.indexer()
  const provider = await world.provider(1, before.tunnelPort, { ask: { region: 'kept' } })
  await eventually(async () => expect((await before.client.asks()).asks).toHaveLength(1))
  await provider.sendAsk({ region: 'newer' })
  await eventually(async () => {
    expect((await before.client.asks()).asks[0]?.signedAsk.ask.region).toBe('newer')
  })
  await provider.stop()
  await before.stop()

  const after = await world.indexer()
  const { asks } = await after.client.asks()
  expect(asks.map(({ signedAsk, connected }) => [signedAsk.ask.region, connected])).toEqual([
    ['newer', false],
  ])
  const [screened] = await eventsOf(after.client, await world.sign({}))
  expect(screened).toMatchObject({ candidates: [], excluded: [{ reason: 'unreachable' }] })
  const back = await world.provider(1, after.tunnelPort)
  await eventually(async () => expect((await after.client.asks()).asks[0]?.connected).toBe(true))
  await back.stop()
  await after.stop()

  world.clock.aheadMs = 25 * 3_600_000
  const muchLater = await world.indexer()
  expect((await muchLater.client.asks()).asks).toEqual([])
  await muchLater.stop()
  world.clock.aheadMs = 0
})

test('a registration that a reorganisation undoes is forgotten, and its provider with it', async () => {
  const indexer = await world.indexer()
  const db = await openTables()
  await world.register(testAccount(2), publicKeyOf(2))
  const provider = await world.provider(2, indexer.tunnelPort)
  await provider.dialled.connected()
  await eventually(async () => {
    expect((await storedNode(db, provider.address))?.publicKey).toBe(publicKeyOf(2))
    expect((await indexer.client.provider(provider.address)).connected).toBe(true)
    expect(
      (await indexer.client.asks()).asks.some(({ signedAsk }) => signedAsk.ask.provider === provider.address),
    ).toBe(true)
  })
  await world.network.testClient.request({ method: 'anvil_reorg' as never, params: [1, []] as never })
  await eventually(async () => expect(await storedNode(db, provider.address)).toBeUndefined())
  await eventually(async () => {
    const { asks } = await indexer.client.asks()
    expect(asks.some(({ signedAsk }) => signedAsk.ask.provider === provider.address)).toBe(false)
  })
  await expect(indexer.client.provider(provider.address)).rejects.toMatchObject({ code: 'provider.unknown' })
  // The first provider, registered in an earlier block, stays.
  const first = testAccount(1).address.toLowerCase() as Address
  expect((await storedNode(db, first))?.publicKey).toBe(publicKeyOf(1))
  await world.register(testAccount(2), publicKeyOf(2))
  await eventually(async () => expect((await indexer.client.provider(provider.address)).connected).toBe(true))
  await provider.stop()
  await indexer.stop()
})

test('too many orders from one address are refused, and the rest of the API is not', async () => {
  const indexer = await world.indexer({ ordersPerSecond: 1 })
  const signed = await world.sign({})
  const codes = await Promise.all(
    Array.from({ length: 10 }, () =>
      eventsOf(indexer.client, signed).then(
        () => 'ok',
        (error) => error.code,
      ),
    ),
  )
  expect(codes.filter((code) => code === 'limit.exceeded').length).toBeGreaterThanOrEqual(4)
  expect(codes.filter((code) => code === 'ok').length).toBeGreaterThanOrEqual(5)
  expect((await indexer.client.info()).feeBps).toBe(100)
  await indexer.stop()
})

test('a port that is taken is named', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as AddressInfo
  const taken = { code: 'port.taken' }
  await expect(world.indexer({ port })).rejects.toMatchObject(taken)
  await expect(world.indexer({ tunnelPort: port })).rejects.toMatchObject(taken)
  holder.close()
})
