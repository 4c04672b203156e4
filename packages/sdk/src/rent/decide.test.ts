import { type Bid, depositFor, type Order, orderFor } from '@sublet/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aWorkload, firstGroup } from '../testing/a-workload.ts'
import { objectionTo } from './check-bid.ts'
import { decideChoice } from './decide-choice.ts'
import { defaultMaxRatePerHour } from './default-rate.ts'

const address = (n: number) => `0x${n.toString(16).padStart(40, '0')}` as const
const nowMs = 1_800_000_000_000
const order: Order = orderFor(aWorkload(), firstGroup(aWorkload()), {
  tenant: address(1),
  chainId: 1,
  token: address(2),
  salt: `0x${'01'.repeat(32)}`,
  maxRatePerHour: 1000n,
  depositSeconds: 3600,
  startWithinSeconds: 600,
  createdAtMs: nowMs,
  expiresAtMs: nowMs + 60_000,
})

function bidOf(provider: number, ratePerHour: bigint, expiresAtMs = nowMs + 30_000): Bid {
  return {
    orderHash: `0x${'0f'.repeat(32)}`,
    provider: address(provider),
    agreement: {
      tenant: order.tenant,
      provider: address(provider),
      indexer: address(0),
      token: order.token,
      ratePerHour,
      deposit: depositFor(ratePerHour, order.depositSeconds),
      maxDuration: order.maxDuration,
      indexerFeeBps: 0,
      termsHash: order.termsHash,
      salt: order.salt,
      startBy: nowMs / 1000 + 600,
    },
    providerSignature: '0x00',
    hardware: [],
    region: 'test',
    expiresAtMs,
  }
}
const limits = { orderHash: `0x${'0f'.repeat(32)}`, nowMs, maxIndexerFeeBps: 1000 }

test('has nothing against a bid that says what was ordered', () => {
  expect(objectionTo(bidOf(7, 1000n), order, limits)).toBeUndefined()
})

test('objects to every field of an agreement that differs from the order', () => {
  const bid = bidOf(7, 900n)
  const changes: Partial<Bid['agreement']>[] = [
    { tenant: address(9) },
    { provider: address(9) },
    { token: address(9) },
    { salt: `0x${'02'.repeat(32)}` },
    { termsHash: `0x${'02'.repeat(32)}` },
    { ratePerHour: 1001n },
    { deposit: bid.agreement.deposit + 1n },
    { maxDuration: 5 },
    { indexerFeeBps: 1001 },
    { startBy: nowMs / 1000 },
    { startBy: nowMs / 1000 + 700 },
  ]
  for (const change of changes) {
    const changed = { ...bid, agreement: { ...bid.agreement, ...change } }
    expect(objectionTo(changed, order, limits), Object.keys(change).join()).toBeTypeOf('string')
  }
  expect(objectionTo(bid, { ...order, exclude: [address(7)] }, limits)).toBeTypeOf('string')
  expect(objectionTo({ ...bid, expiresAtMs: nowMs }, order, limits)).toBeTypeOf('string')
  expect(objectionTo({ ...bid, orderHash: `0x${'00'.repeat(32)}` }, order, limits)).toBeTypeOf('string')
})

const bids = fc.array(
  fc.record({ rate: fc.bigInt({ min: 0n, max: 1000n }), leftMs: fc.integer({ min: -50, max: 50 }) }),
  { maxLength: 8 },
)

test('accepts only bids that still stand, and the cheapest of them', () => {
  fc.assert(
    fc.property(bids, fc.boolean(), fc.integer({ min: 0, max: 100 }), (specs, allHeard, windowMs) => {
      const all = specs.map(({ rate, leftMs }, index) => bidOf(index + 1, rate, nowMs + leftMs))
      const live = all.filter(({ expiresAtMs }) => expiresAtMs > nowMs)
      const choice = decideChoice({
        policy: { choose: 'cheapest', auction: 'first', windowMs },
        bids: all,
        postedAtMs: nowMs - 50,
        nowMs,
        allHeard,
      })
      if (choice.kind === 'accept') {
        const rates = live.map(({ agreement }) => agreement.ratePerHour)
        expect(rates.every((rate) => choice.bid.agreement.ratePerHour <= rate)).toBe(true)
        expect(live).toContain(choice.bid)
        expect(allHeard || windowMs <= 50).toBe(true)
      } else if (live.length > 0) {
        expect(choice.kind).toBe('wait')
        expect(allHeard).toBe(false)
      } else expect(choice.kind).toBe(allHeard ? 'none' : 'wait')
    }),
  )
})

test('never chooses in a person’s place', () => {
  fc.assert(
    fc.property(bids, fc.boolean(), fc.option(fc.integer({ min: 1, max: 9 })), (specs, allHeard, pick) => {
      const all = specs.map(({ rate, leftMs }, index) => bidOf(index + 1, rate, nowMs + leftMs))
      const picked = pick === null ? undefined : address(pick)
      const choice = decideChoice({
        policy: { choose: 'person', auction: 'first', windowMs: 0 },
        bids: all,
        postedAtMs: nowMs,
        nowMs,
        allHeard,
        picked,
      })
      if (choice.kind === 'accept') expect(choice.bid.provider).toBe(picked)
    }),
  )
})

test('bounds what an order without a rate may cost by its GPUs', () => {
  const group = firstGroup(aWorkload())
  const [service] = group.services
  if (service === undefined) throw new Error('one service')
  expect(defaultMaxRatePerHour(group, 6)).toBe(1_000_000n)
  const gpus = { ...service, replicas: 3, resources: { ...service.resources, gpu: { count: 2, anyOf: [] } } }
  expect(defaultMaxRatePerHour({ ...group, services: [gpus] }, 6)).toBe(31_000_000n)
})
