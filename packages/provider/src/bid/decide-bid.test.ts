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

const limits = { maxIndexerFeeBps: 1000, mostInstances: 61, bidTtlMs: 60_000, personBidTtlMs: 300_000 }
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
