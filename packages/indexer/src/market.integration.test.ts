import { type Bid, type Exclusion, gibibyte, type Order, type OrderEvent } from '@sublet/protocol'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { sampleGpuUnit, sampleOrder, sampleUnit } from '../../protocol/src/testing/sample-market.ts'
import type { FakeProvider } from './testing/fake-provider.ts'
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
let indexer: Awaited<ReturnType<MarketWorld['indexer']>>
let cheap: FakeProvider
let dear: FakeProvider
let far: FakeProvider

const listed = async () => (await indexer.client.asks()).asks
const priced = (cpuPerCoreHour: bigint) => ({ ...sampleAskPrices, cpuPerCoreHour })
const sampleAskPrices = {
  cpuPerCoreHour: 10_000n,
  memoryPerGibHour: 2_000n,
  storagePerGibHour: { default: 100n, ssd: 200n },
  gpuPerHour: { rtx4090: 300_000n },
  endpointPerHour: 500n,
  ipPerHour: 1_000n,
}

beforeAll(async () => {
  world = await startMarketWorld()
  indexer = await world.indexer({ bidTimeoutMs: 1_500, ordersPerSecond: 1000 })
  for (const number of [1, 2, 3, 4]) await world.register(testAccount(number), publicKeyOf(number))
  cheap = await world.provider(1, indexer.tunnelPort)
  dear = await world.provider(2, indexer.tunnelPort, { ask: { prices: priced(20_000n) } })
  far = await world.provider(3, indexer.tunnelPort, { ask: { prices: priced(30_000n), region: 'us-east' } })
  await eventually(async () => expect(await listed()).toHaveLength(3))
})
afterAll(async () => {
  for (const provider of [cheap, dear, far]) await provider?.stop()
  await indexer?.stop()
  await world?.stop()
})
beforeEach(() => {
  world.clock.aheadMs = 0
  for (const provider of [cheap, dear, far]) {
    provider.behaviour = { kind: 'bid' }
    provider.asked.length = 0
  }
})

const post = async (changes: Partial<Order>) => eventsOf(indexer.client, await world.sign(changes))
const bidsIn = (events: readonly OrderEvent[]): Bid[] =>
  events.flatMap((event) => (event.type === 'bid' ? [event.bid] : []))
const declinesIn = (events: readonly OrderEvent[]): Exclusion[] =>
  events.flatMap((event) => (event.type === 'declined' ? [event.exclusion] : []))
const screenedIn = (events: readonly OrderEvent[]) => {
  const [first] = events
  if (first?.type !== 'screened') throw new Error('the first event is not the screening')
  return first
}

test('candidates come in order of price, with bids that they signed', async () => {
  const events = await post({})
  expect(screenedIn(events).candidates).toEqual([
    { provider: cheap.address, ratePerHour: 12_100n },
    { provider: dear.address, ratePerHour: 22_100n },
    { provider: far.address, ratePerHour: 32_100n },
  ])
  expect(new Set(bidsIn(events).map(({ provider }) => provider))).toEqual(
    new Set([cheap.address, dear.address, far.address]),
  )
  expect(events.at(-1)).toEqual({ type: 'ended', bids: 3 })
  expect(cheap.asked[0]).toMatchObject({ indexer: indexer.address, indexerFeeBps: 100 })
})

const placement = (changes: Partial<Order['placement']>): Partial<Order> => ({
  placement: { ...sampleOrder().placement, ...changes },
})
const needing = (changes: object): Partial<Order> => ({
  units: [sampleUnit({ resources: { ...sampleUnit().resources, ...changes } })],
})
const gpu = (wish: Parameters<typeof sampleGpuUnit>[0], count = 1): Partial<Order> => ({
  units: [sampleGpuUnit(wish, count)],
})

const cases: [Exclusion['reason'], () => Partial<Order>][] = [
  ['excluded', () => ({ exclude: [cheap.address] })],
  ['token', () => ({ token: `0x${'12'.repeat(20)}` })],
  ['region', () => placement({ regions: ['asia'] })],
  ['attribute', () => placement({ attributes: [{ key: 'tier', value: 'gold' }] })],
  ['auditor', () => placement({ auditors: { anyOf: [`0x${'12'.repeat(20)}`], allOf: [] } })],
  ['gpu-model', () => gpu({ count: 1, anyOf: [{ vendor: 'nvidia', model: 'h100' }] })],
  ['gpu-memory', () => gpu({ count: 1, anyOf: [], minMemoryBytes: 48 * gibibyte })],
  ['gpu-count', () => gpu({ count: 2, anyOf: [] }, 2)],
  ['cpu-arch', () => needing({ cpuArch: 'riscv64' })],
  ['cpu', () => needing({ cpuMillis: 99_000 })],
  ['memory', () => needing({ memoryBytes: 99 * gibibyte })],
  [
    'storage-class',
    () => needing({ volumes: [{ name: 'v', sizeBytes: 1, class: 'nvme', persistent: false }] }),
  ],
  ['storage', () => needing({ storageBytes: 999 * gibibyte })],
  ['ip', () => ({ ips: 5 })],
]

test.each(cases)('says %s of a provider that is left out for it', async (reason, changes) => {
  const events = await post(changes())
  const exclusion = screenedIn(events).excluded.find(({ provider }) => provider === cheap.address)
  expect(exclusion).toMatchObject({ reason, message: expect.stringMatching(/\.$/) })
  expect(bidsIn(events).map(({ provider }) => provider)).not.toContain(cheap.address)
})

test('a rate below every ask comes with the lowest that would have matched', async () => {
  const events = await post({ maxRatePerHour: 5_000n })
  const { candidates, excluded, lowestMatchingRate } = screenedIn(events)
  expect(candidates).toEqual([])
  expect(excluded.map(({ reason, ratePerHour }) => [reason, ratePerHour])).toEqual(
    expect.arrayContaining([
      ['rate', 12_100n],
      ['rate', 22_100n],
      ['rate', 32_100n],
    ]),
  )
  expect(lowestMatchingRate).toBe(12_100n)
  expect(events.at(-1)).toEqual({ type: 'ended', bids: 0 })
  expect(bidsIn(await post({ maxRatePerHour: 12_100n }))).toHaveLength(1)
})

test('latency is measured on the tunnel', async () => {
  const near = await eventually(async () => {
    const events = await post(placement({ maxLatencyMs: 1_000 }))
    expect(screenedIn(events).candidates).toHaveLength(3)
    return events
  })
  expect(bidsIn(near)).toHaveLength(3)
})

test('an ask for other tenants, and one that has expired, are left out', async () => {
  await far.sendAsk({ tenants: [testAccount(8).address.toLowerCase() as `0x${string}`] })
  await eventually(async () => {
    expect(screenedIn(await post({})).excluded).toMatchObject([{ provider: far.address, reason: 'tenant' }])
  })
  expect(bidsIn(await eventsOf(indexer.client, await world.sign({}, testAccount(8)))).length).toBe(3)
  await far.sendAsk({ expiresAtMs: world.now() + 30_000 })
  await eventually(async () => expect(screenedIn(await post({})).excluded).toEqual([]))
  world.clock.aheadMs = 31_000
  expect(screenedIn(await post({})).excluded).toMatchObject([{ provider: far.address, reason: 'expired' }])
  world.clock.aheadMs = 0
  await far.sendAsk()
})

test('refusals, silence, nonsense and dishonest bids are told, and the others bid on', async () => {
  const told = async (behaviour: FakeProvider['behaviour']) => {
    cheap.behaviour = behaviour
    const events = await post({})
    expect(
      bidsIn(events)
        .map(({ provider }) => provider)
        .sort(),
    ).toEqual([dear.address, far.address].sort())
    const [exclusion, ...more] = declinesIn(events)
    expect(more).toEqual([])
    expect(exclusion?.provider).toBe(cheap.address)
    return `${exclusion?.reason}: ${exclusion?.message}`
  }
  expect(await told({ kind: 'decline', detail: 'Maintenance begins soon.' })).toBe(
    'declined: Maintenance begins soon.',
  )
  expect(await told({ kind: 'silent' })).toBe('unreachable: The provider did not answer with a bid in time.')
  expect(await told({ kind: 'nonsense' })).toMatch(/^declined: .*not understood/)
  expect(await told({ kind: 'bid', rate: (own) => own + 1n })).toMatch(/^declined: .*above the 12100/)
  expect(await told({ kind: 'bid', signer: testAccount(7) })).toMatch(/^declined: .*not signed/)
  const changed = (change: (bid: Bid) => Bid): FakeProvider['behaviour'] => ({ kind: 'bid', change })
  expect(await told(changed((bid) => ({ ...bid, provider: dear.address })))).toMatch(
    /another provider’s name/,
  )
  expect(await told(changed((bid) => ({ ...bid, orderHash: bid.agreement.salt })))).toMatch(/another order/)
  const agreed = (agreement: Partial<Bid['agreement']>) =>
    changed((bid) => ({ ...bid, agreement: { ...bid.agreement, ...agreement } }))
  expect(await told(agreed({ tenant: dear.address }))).toMatch(/another tenant/)
  expect(await told(agreed({ indexer: dear.address }))).toMatch(/another indexer/)
  expect(await told(agreed({ indexerFeeBps: 0 }))).toMatch(/indexer’s fee/)
  expect(await told(agreed({ deposit: 10n ** 12n }))).toMatch(/deposit/)
  expect(await told(agreed({ ratePerHour: 12_099n, deposit: 12_099n }))).toMatch(/not signed/)
})

test('in a second price auction the best is asked first, at the runner-up’s rate', async () => {
  const policy: Order['policy'] = { choose: 'cheapest', auction: 'second', windowMs: 0 }
  const bids = bidsIn(await post({ policy }))
  expect(bids.map(({ provider, agreement }) => [provider, agreement.ratePerHour])).toEqual([
    [cheap.address, 22_100n],
    [dear.address, 32_100n],
    [far.address, 32_100n],
  ])
  expect(cheap.asked[0]?.ratePerHour).toBe(22_100n)
})

test('orders that are not proper are refused before anybody is asked', async () => {
  const signed = await world.sign({})
  const refusal = (order: typeof signed) => eventsOf(indexer.client, order).catch((error) => error.code)
  expect(await refusal({ ...signed, order: { ...signed.order, maxRatePerHour: 1n } })).toBe(
    'signature.invalid',
  )
  expect(
    await refusal(await world.sign({ tenant: testAccount(5).address.toLowerCase() as `0x${string}` })),
  ).toBe('signature.invalid')
  expect(await refusal(await world.sign({ chainId: 1 }))).toBe('chain.wrong-network')
  expect(await refusal(await world.sign({ expiresAtMs: world.now() - 1 }))).toBe('order.expired')
  expect(await refusal(await world.sign({ createdAtMs: world.now() + 3_600_000 }))).toBe('request.invalid')
  const malformed = await fetch(`${indexer.url}/v1/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"order":{}}',
  })
  expect(malformed.status).toBe(400)
  expect(await malformed.json()).toMatchObject({ code: 'request.invalid' })
  expect(cheap.asked).toEqual([])
})

test('a smart account’s signature counts as its code says', async () => {
  const { testClient } = world.network
  // Each answers every call with one word: EIP-1271's yes, or zero.
  const yes = { address: `0x${'c1'.repeat(20)}`, bytecode: '0x631626ba7e60e01b60005260206000f3' } as const
  const no = { address: `0x${'c2'.repeat(20)}`, bytecode: '0x600060005260206000f3' } as const
  for (const account of [yes, no]) await testClient.setCode(account)
  expect(bidsIn(await post({ tenant: yes.address }))).toHaveLength(3)
  await expect(post({ tenant: no.address })).rejects.toMatchObject({ code: 'signature.invalid' })
})

test('asks that are not the provider’s own, or not under its registered key, stay out of the book', async () => {
  const wrongKey = await world.provider(4, indexer.tunnelPort, { ask: { publicKey: publicKeyOf(77) } })
  await wrongKey.dialled.connected()
  const entry = async () =>
    (await listed()).find(({ signedAsk }) => signedAsk.ask.provider === wrongKey.address)
  await eventually(async () => expect((await indexer.client.provider(wrongKey.address)).connected).toBe(true))
  // The next ask, which is in order, tells that the first was read.
  await wrongKey.sendAsk({ publicKey: publicKeyOf(78) })
  await wrongKey.sendAsk({ publicKey: publicKeyOf(4), region: 'right' })
  await eventually(async () => expect((await entry())?.signedAsk.ask.region).toBe('right'))
  await wrongKey.sendAsk({ publicKey: publicKeyOf(79), region: 'wrong' })
  await wrongKey.sendAsk({ publicKey: publicKeyOf(4), chainId: 1, region: 'other chain' })
  await wrongKey.sendAsk({ publicKey: publicKeyOf(4), region: 'last' })
  await eventually(async () => expect((await entry())?.signedAsk.ask.region).toBe('last'))
  await wrongKey.stop()
  const forged = await world.provider(4, indexer.tunnelPort, {
    askSigner: testAccount(7),
    ask: { publicKey: publicKeyOf(4), region: 'forged' },
  })
  await forged.dialled.connected()
  await eventually(async () => expect((await indexer.client.provider(forged.address)).connected).toBe(true))
  expect((await entry())?.signedAsk.ask.region).toBe('last')
  await forged.stop()
  await eventually(async () => expect((await entry())?.connected).toBe(false))
  const events = await post({})
  expect(screenedIn(events).excluded).toMatchObject([{ provider: forged.address, reason: 'unreachable' }])
})

test('who is not registered is told so, and gets in once it is', async () => {
  const newcomer = await world.provider(5, indexer.tunnelPort)
  await eventually(() => {
    const state = newcomer.dialled.state()
    expect(state.connected === false && state.error?.code).toBe('auth.refused')
  })
  await expect(indexer.client.provider(newcomer.address)).rejects.toMatchObject({ code: 'provider.unknown' })
  await world.register(testAccount(5), publicKeyOf(5))
  await newcomer.dialled.connected()
  expect(await indexer.client.provider(newcomer.address)).toMatchObject({ publicKey: publicKeyOf(5) })
  await newcomer.stop()
})

test('tells who it is, pages the market, and describes its API', async () => {
  expect(await indexer.client.info()).toEqual({
    indexer: indexer.address,
    chainId: world.domain.chainId,
    escrow: world.domain.escrow,
    feeBps: 100,
    ingress: { domain: 'localhost', port: Number(new URL(indexer.url).port) },
    tunnel: { host: '127.0.0.1', port: indexer.tunnelPort },
  })
  const first = await indexer.client.asks({ limit: 2 })
  const second = await indexer.client.asks({ limit: 2, cursor: first.nextCursor })
  expect(first.asks).toHaveLength(2)
  expect(first.asks.map(({ signedAsk }) => signedAsk.ask.provider)).not.toContain(
    second.asks[0]?.signedAsk.ask.provider,
  )
  expect(
    (await indexer.client.asks({ region: 'us' })).asks.map(({ signedAsk }) => signedAsk.ask.provider),
  ).toEqual([far.address])
  const description = (await (await fetch(`${indexer.url}/openapi.json`)).json()) as { paths: object }
  expect(Object.keys(description.paths)).toEqual(
    expect.arrayContaining(['/v1/info', '/v1/asks', '/v1/orders', '/v1/providers/{address}', '/v1/figures']),
  )
  const ready = await fetch(`${indexer.url}/readyz`)
  expect(ready.status).toBe(200)
})
