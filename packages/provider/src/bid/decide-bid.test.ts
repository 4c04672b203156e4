import { type Ask, depositFor, gibibyte, type Order, priceAtAsk } from '@sublet/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Capacity, freeOf } from '../inventory/claims.ts'
import type { Device } from '../inventory/device.ts'
import { askOf } from '../pricing/ask.ts'
import { defaultPrices } from '../pricing/default-prices.ts'
import type { Allocation } from './allocate.ts'
import { type BidFacts, decideBid } from './decide-bid.ts'

const token = `0x${'05'.repeat(20)}` as const
const provider = `0x${'0a'.repeat(20)}` as const
const tenant = `0x${'0b'.repeat(20)}` as const
const indexer = `0x${'0c'.repeat(20)}` as const
const hash = `0x${'01'.repeat(32)}` as const
const nowMs = 1_800_000_000_000

const cards = (model: string, count: number, gib: number): Device[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `${model}-${index}`,
    vendor: 'nvidia',
    model,
    memoryBytes: gib * gibibyte,
    interface: 'pcie',
  }))

const capacity: Capacity = {
  cpuMillis: 32_000,
  memoryBytes: 128 * gibibyte,
  storageBytes: { default: 1000 * gibibyte },
  devices: [...cards('rtx4090', 4, 24), ...cards('rtx3090', 2, 24), ...cards('a100', 2, 80)],
  ips: 0,
}

function askFor(claims: readonly Allocation['claim'][]): { ask: Ask; freeDevices: Device[] } {
  const free = freeOf(capacity, claims)
  const ask = askOf({
    provider,
    chainId: 1,
    token,
    prices: defaultPrices(6),
    capacity,
    free,
    cpuArch: 'amd64',
    region: 'eu-west',
    attributes: {},
    runtime: 'docker',
    tenants: [],
    publicKey: hash,
    images: [],
    sequence: 1,
    expiresAtMs: nowMs + 60_000,
    offersNothing: false,
    draining: false,
  })
  return { ask, freeDevices: free.devices }
}

function orderOf(more: Partial<Order> = {}): Order {
  return {
    tenant,
    chainId: 1,
    salt: hash,
    token,
    units: [unit()],
    ips: 0,
    placement: { regions: [], attributes: [], auditors: { anyOf: [], allOf: [] } },
    policy: { choose: 'cheapest', auction: 'first', windowMs: 0 },
    maxRatePerHour: 10n ** 12n,
    depositSeconds: 3600,
    maxDuration: 0,
    termsHash: hash,
    startWithinSeconds: 600,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + 60_000,
    exclude: [],
    ...more,
  }
}

function unit(gpu?: { count: number; model?: string }, count = 1, service = 'web'): Order['units'][number] {
  return {
    service,
    count,
    image: 'alpine',
    endpoints: 0,
    resources: {
      cpuMillis: 500,
      memoryBytes: gibibyte,
      storageBytes: gibibyte,
      volumes: [],
      ...(gpu === undefined
        ? {}
        : {
            gpu: {
              count: gpu.count,
              anyOf: gpu.model === undefined ? [] : [{ vendor: 'nvidia', model: gpu.model }],
            },
          }),
    },
  }
}

const limits = {
  maxIndexerFeeBps: 1000,
  mostInstances: 61,
  bidTtlMs: 60_000,
  personBidTtlMs: 300_000,
  longestBidTtlMs: 600_000,
  mostReservationsPerTenant: 4,
  mostStartSeconds: 900,
  voucherLeastIntervalSeconds: 5,
}
const decide = (order: Order, more: Partial<BidFacts> = {}) =>
  decideBid({ order, ...askFor([]), indexer, indexerFeeBps: 100, limits, canRun: () => true, nowMs, ...more })

test('bids exactly the price of its own ask, and names exact cards', () => {
  const order = orderOf({ units: [unit({ count: 2 }, 1, 'train')] })
  const decision = decide(order)
  if (!decision.bid) throw new Error(decision.exclusion.message)
  expect(decision.agreement.ratePerHour).toBe(priceAtAsk(order, askFor([]).ask)?.ratePerHour)
  expect(decision.agreement.deposit).toBe(depositFor(decision.agreement.ratePerHour, 3600))
  // The cheapest cards that serve are the two 3090s.
  expect(decision.allocation.gpus).toEqual({ train: [['rtx3090-0', 'rtx3090-1']] })
  expect(decision.allocation.hardware[0]).toBe('2 × rtx3090')
})

test('never gives one card to two, never more than there is, and every unit what it asked', () => {
  const wishes = fc.array(
    fc.record({
      count: fc.integer({ min: 1, max: 2 }),
      gpus: fc.integer({ min: 0, max: 3 }),
      model: fc.constantFrom(undefined, 'rtx4090', 'rtx3090', 'a100'),
    }),
    { minLength: 1, maxLength: 12 },
  )
  fc.assert(
    fc.property(wishes, (orders) => {
      const held: Allocation['claim'][] = []
      for (const { count, gpus, model } of orders) {
        const wish = gpus === 0 ? undefined : { count: gpus, ...(model === undefined ? {} : { model }) }
        const decision = decide(orderOf({ units: [unit(wish, count)] }), askFor(held))
        if (!decision.bid) continue
        const { claim, gpus: given } = decision.allocation
        expect(claim.gpuIds).toHaveLength(gpus * count)
        expect((given.web ?? []).flat()).toEqual(claim.gpuIds)
        expect(new Set(claim.gpuIds.map((id) => id.split('-')[0])).size).toBeLessThanOrEqual(1)
        if (model !== undefined && gpus > 0)
          expect(claim.gpuIds.every((id) => id.startsWith(model))).toBe(true)
        held.push(claim)
      }
      // Throws when one card were claimed twice.
      expect(freeOf(capacity, held).overdrawn).toEqual([])
    }),
  )
})

test('declines with the reason that screening gives', () => {
  const cases: [Partial<Order>, string][] = [
    [{ units: [unit({ count: 5, model: 'rtx4090' })] }, 'gpu-count'],
    [{ units: [unit({ count: 1, model: 'h100' })] }, 'gpu-model'],
    [{ maxRatePerHour: 1n }, 'rate'],
    [{ exclude: [provider] }, 'excluded'],
    [{ placement: { regions: ['us'], attributes: [], auditors: { anyOf: [], allOf: [] } } }, 'region'],
    [{ units: [unit(undefined, 62)] }, 'declined'],
    [{ expiresAtMs: nowMs - 1 }, 'declined'],
  ]
  for (const [more, reason] of cases) {
    const decision = decide(orderOf(more))
    expect([reason, decision.bid ? 'bid' : decision.exclusion.reason]).toEqual([reason, reason])
  }
  const strange = decide(orderOf(), { canRun: () => false })
  expect(strange.bid ? '' : strange.exclusion.message).toContain('alpine')
})

test('takes a runner-up’s rate when it is no less than its own, and never one above the tenant’s', () => {
  const own = decide(orderOf())
  const ownRate = own.bid ? own.agreement.ratePerHour : 0n
  const with_ = (runnerUpRatePerHour: bigint, max = 10n ** 12n) =>
    decide(orderOf({ maxRatePerHour: max }), { runnerUpRatePerHour })
  const higher = with_(ownRate + 5n)
  expect(higher.bid && higher.agreement.ratePerHour).toBe(ownRate + 5n)
  expect(with_(ownRate - 1n).bid).toBe(false)
  expect(with_(ownRate + 5n, ownRate + 4n).bid).toBe(false)
})

test('takes the owner’s rate for an order while the list stands as it was, and declines as the owner says', () => {
  const order = orderOf()
  const listRatePerHour = priceAtAsk(order, askFor([]).ask)?.ratePerHour ?? 0n
  const rateWith = (orderRate: BidFacts['orderRate']) => {
    const decision = decide(order, { orderRate })
    return decision.bid ? decision.agreement.ratePerHour : decision.exclusion
  }
  const ratePerHour = listRatePerHour - 5n
  expect(rateWith({ listRatePerHour, ratePerHour })).toBe(ratePerHour)
  // Found beside another list price: the list's counts.
  expect(rateWith({ listRatePerHour: listRatePerHour + 1n, ratePerHour })).toBe(listRatePerHour)
  expect(rateWith({ listRatePerHour, decline: 'No short jobs.' })).toMatchObject({
    reason: 'declined',
    message: 'No short jobs.',
  })
  const leastRatePerHour = listRatePerHour + 7n
  expect(rateWith({ listRatePerHour, decline: 'More.', leastRatePerHour })).toMatchObject({
    reason: 'rate',
    ratePerHour: leastRatePerHour,
  })
  // A second price is never less than the owner's own.
  const second = decide(order, {
    orderRate: { listRatePerHour, ratePerHour },
    runnerUpRatePerHour: listRatePerHour,
  })
  expect(second.bid && second.agreement.ratePerHour).toBe(listRatePerHour)
})

test('never serves a tenant that is denied', () => {
  const upper = `0x${tenant.slice(2).toUpperCase()}` as typeof tenant
  const decision = decide(orderOf(), { limits: { ...limits, deniedTenants: [upper] } })
  expect(decision.bid ? 'bid' : decision.exclusion.reason).toBe('tenant')
})

test('adds up what is asked of classes that lie on one disk', () => {
  const wish = unit()
  wish.resources.storageBytes = 600 * gibibyte
  wish.resources.volumes = [{ name: 'data', class: 'nvme', sizeBytes: 600 * gibibyte, persistent: true }]
  const { ask } = askFor([])
  const room = { total: 1000 * gibibyte, free: 1000 * gibibyte }
  const onDisks = { ...ask, inventory: { ...ask.inventory, storageBytes: { default: room, nvme: room } } }
  const bidsWith = (storagePools: Record<string, string>) =>
    decide(orderOf({ units: [wish] }), { ask: onDisks, storagePools }).bid
  expect(bidsWith({ default: 'disk-1', nvme: 'disk-2' })).toBe(true)
  expect(bidsWith({ default: 'disk-1', nvme: 'disk-1' })).toBe(false)
})

test('keeps nothing longer than the order lasts, nor than is kept for anybody', () => {
  const anOrder = fc.record({
    choose: fc.constantFrom('cheapest' as const, 'person' as const),
    windowMs: fc.oneof(fc.integer({ min: 0, max: 600_000 }), fc.maxSafeNat()),
    lastsMs: fc.oneof(fc.integer({ min: 1, max: 600_000 }), fc.integer({ min: 1, max: 10 ** 12 })),
  })
  fc.assert(
    fc.property(anOrder, ({ choose, windowMs, lastsMs }) => {
      const expiresAtMs = nowMs + lastsMs
      const decision = decide(orderOf({ policy: { choose, auction: 'first', windowMs }, expiresAtMs }))
      if (!decision.bid) throw new Error(decision.exclusion.message)
      expect(decision.expiresAtMs).toBeLessThanOrEqual(Math.min(expiresAtMs, nowMs + 600_000))
      const wanted = choose === 'person' ? 300_000 : 60_000 + windowMs
      if (wanted <= Math.min(lastsMs, 600_000)) expect(decision.expiresAtMs).toBe(nowMs + wanted)
    }),
  )
})

test('keeps nothing for a tenant who could not pay, and concludes nothing from not knowing', () => {
  const order = orderOf()
  const deposit = depositFor(priceAtAsk(order, askFor([]).ask)?.ratePerHour ?? 0n, 3600)
  expect(deposit).toBeGreaterThan(0n)
  const poor = decide(order, { tenantMoney: deposit - 1n })
  expect(poor.bid ? '' : poor.exclusion.message).toContain(String(deposit))
  expect(decide(order, { tenantMoney: deposit }).bid).toBe(true)
  expect(decide(order, { tenantMoney: undefined }).bid).toBe(true)
  const byVoucher = (tenantMoney: bigint) => decide(orderOf({ payment: 'voucher' }), { tenantMoney }).bid
  expect(byVoucher(0n)).toBe(false)
  expect(byVoucher(deposit)).toBe(true)
})

test('keeps so much for one tenant at one time, and waits so long for a start', () => {
  expect(decide(orderOf(), { standingBids: 3 }).bid).toBe(true)
  expect(decide(orderOf(), { standingBids: 4 }).bid).toBe(false)
  expect(decide(orderOf({ startWithinSeconds: 900 })).bid).toBe(true)
  const slow = decide(orderOf({ startWithinSeconds: 901 }))
  expect(slow.bid ? '' : slow.exclusion.message).toContain('at most 15 min')
})
