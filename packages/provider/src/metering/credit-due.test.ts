import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CreditFacts, creditDue } from './credit-due.ts'

const facts: CreditFacts = {
  downtimeSeconds: 12,
  standingSeconds: 0,
  elapsedSeconds: 600,
  isDown: false,
  isLast: false,
  leastSeconds: 5,
  everySeconds: 30,
}

test('an outage that is over is credited at once, one that lasts in steps, the rest at the end', () => {
  expect(creditDue(facts)).toBe(12)
  expect(creditDue({ ...facts, isDown: true })).toBeUndefined()
  expect(creditDue({ ...facts, isDown: true, downtimeSeconds: 30 })).toBe(30)
  expect(creditDue({ ...facts, downtimeSeconds: 4 })).toBeUndefined()
  expect(creditDue({ ...facts, downtimeSeconds: 4, isLast: true })).toBe(4)
})

test('a credit only grows, never passes the time since the opening, and at the end leaves nothing open', () => {
  const any = fc.record({
    downtimeSeconds: fc.nat(2_000),
    standingSeconds: fc.nat(2_000),
    elapsedSeconds: fc.nat(2_000),
    isDown: fc.boolean(),
    isLast: fc.boolean(),
    leastSeconds: fc.integer({ min: 1, max: 60 }),
    everySeconds: fc.integer({ min: 1, max: 300 }),
  })
  fc.assert(
    fc.property(any, (one) => {
      const total = creditDue(one)
      if (total !== undefined) {
        expect(total).toBeGreaterThan(one.standingSeconds)
        expect(total).toBeLessThanOrEqual(Math.min(one.elapsedSeconds, one.downtimeSeconds))
      } else if (one.isLast) {
        expect(Math.min(one.downtimeSeconds, one.elapsedSeconds)).toBeLessThanOrEqual(one.standingSeconds)
      }
    }),
  )
})
