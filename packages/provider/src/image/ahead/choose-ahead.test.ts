import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AheadFacts, demandOf, planAhead } from './choose-ahead.ts'

const hourMs = 3_600_000
const nowMs = 100 * hourMs
const reference = fc.constantFrom('a:1', 'b:1', 'c:1', 'd:1', 'e:1')
const wish = fc.record({
  reference,
  tenant: fc.constantFrom('ann', 'ben', 'cem'),
  askedAtMs: fc.integer({ min: 0, max: nowMs }),
})
const facts = fc.record<AheadFacts>({
  wishes: fc.array(wish, { maxLength: 30 }),
  here: fc.array(reference).map((list) => new Set(list)),
  ahead: fc.uniqueArray(fc.record({ reference, sizeBytes: fc.nat(50) }), {
    selector: (one) => one.reference,
  }),
  failedAtMs: fc.array(fc.tuple(reference, fc.nat(nowMs))).map((list) => new Map(list)),
  budgetBytes: fc.nat(120),
  roomBytes: fc.nat(200),
  leastTenants: fc.integer({ min: 1, max: 3 }),
  nowMs: fc.constant(nowMs),
})

test('fetches only what enough tenants ask for, is not here and has room; the most wanted first', () => {
  fc.assert(
    fc.property(facts, (given) => {
      const { fetch, remove } = planAhead(given)
      const demand = demandOf(given.wishes, nowMs)
      const held = given.ahead.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
      if (fetch !== undefined) {
        expect(given.here.has(fetch)).toBe(false)
        expect(demand.get(fetch)?.tenants).toBeGreaterThanOrEqual(given.leastTenants)
        expect(held).toBeLessThan(given.budgetBytes)
        expect(given.roomBytes).toBeGreaterThan(given.budgetBytes - held)
        for (const [other, { tenants, weight }] of demand) {
          const isEligible =
            tenants >= given.leastTenants && !given.here.has(other) && !given.failedAtMs.has(other)
          if (isEligible) expect(weight).toBeLessThanOrEqual(demand.get(fetch)?.weight ?? 0)
        }
      }
      const sizeOf = (one: string) => given.ahead.find((image) => image.reference === one)?.sizeBytes ?? 0
      const left = held - remove.reduce((sum, one) => sum + sizeOf(one), 0)
      expect(left).toBeLessThanOrEqual(Math.max(given.budgetBytes, 0))
      expect(held <= given.budgetBytes ? remove : []).toEqual([])
    }),
  )
})

test('who orders often has no more say than who orders once', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(nowMs), { minLength: 1 }), (times) => {
      const wishes = times.map((askedAtMs) => ({ reference: 'a:1', tenant: 'ann', askedAtMs }))
      const demand = demandOf(wishes, nowMs).get('a:1')
      expect(demand).toEqual({ tenants: 1, weight: 2 ** (-(nowMs - Math.max(...times)) / (24 * hourMs)) })
    }),
  )
})
