import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shareOfLink } from './bandwidth.ts'

test('leaves half of a known link to others, and never nothing to a lease', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), (megabits) => {
      const share = shareOfLink(megabits) ?? 0
      expect(share).toBeGreaterThanOrEqual(1)
      if (megabits > 1) expect(share).toBeLessThanOrEqual(megabits / 2)
    }),
  )
  expect(shareOfLink(1_000)).toBe(500)
  expect(shareOfLink(undefined)).toBeUndefined()
})
