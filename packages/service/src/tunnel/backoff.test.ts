import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffMs } from './backoff.ts'

test('waits between 125 ms and 30 s, whatever the attempt', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, random) => {
        const ms = backoffMs(attempt, random)
        expect(ms).toBeGreaterThanOrEqual(125)
        expect(ms).toBeLessThanOrEqual(30_000)
        expect(backoffMs(attempt + 1, random)).toBeGreaterThanOrEqual(ms)
      },
    ),
  )
})

test('doubles at first', () => {
  expect([0, 1, 2, 3, 20].map((attempt) => backoffMs(attempt, 0))).toEqual([125, 250, 500, 1000, 15_000])
})
