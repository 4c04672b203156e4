import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bondOf } from './break-bond.ts'

const base = {
  ratePerHour: 3_600n,
  noticeSeconds: 300,
  noticeEndsAt: 0,
  endsAt: 10_000,
  nowSeconds: 1_000,
}

test('it is the notice that was not kept, as far as the lease would have run', () => {
  expect(bondOf(base)).toBe(300n)
  expect(bondOf({ ...base, endsAt: 1_100 })).toBe(100n)
  expect(bondOf({ ...base, endsAt: 900 })).toBe(0n)
  expect(bondOf({ ...base, noticeEndsAt: 1_020 })).toBe(20n)
  expect(bondOf({ ...base, noticeEndsAt: 999 })).toBe(0n)
})

test('it never grows with time, and never passes what the rest of the lease would pay', () => {
  const property = fc.property(
    fc.nat(10_000),
    fc.nat(10_000),
    fc.nat(1_000),
    fc.bigInt(0n, 10n ** 12n),
    (nowSeconds, laterBy, noticeSeconds, ratePerHour) => {
      const facts = { ...base, ratePerHour, noticeSeconds, nowSeconds }
      expect(bondOf({ ...facts, nowSeconds: nowSeconds + laterBy })).toBeLessThanOrEqual(bondOf(facts))
      const rest = (ratePerHour * BigInt(Math.max(0, base.endsAt - nowSeconds))) / 3_600n
      expect(bondOf(facts)).toBeLessThanOrEqual(rest)
    },
  )
  fc.assert(property)
})
