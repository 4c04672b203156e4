import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createResetBudget } from './reset-budget.ts'

test('never sends more resets than the peer bears, whatever the moments', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(200), { maxLength: 3000 }), (gapsMs) => {
      const budget = createResetBudget(0)
      // The peer's bucket: 1000, filled by 33 a second.
      let peer = 1000
      let nowMs = 0
      for (const gap of gapsMs) {
        nowMs += gap
        peer = Math.min(1000, peer + (gap * 33) / 1000)
        if (budget.take(nowMs)) peer--
        expect(peer).toBeGreaterThanOrEqual(0)
      }
    }),
  )
})

test('allows a burst, then thirty a second', () => {
  const budget = createResetBudget(0)
  const taken = (nowMs: number) =>
    Array.from({ length: 2000 }, () => budget.take(nowMs)).filter(Boolean).length
  expect(taken(0)).toBe(800)
  expect(taken(1000)).toBe(30)
})
