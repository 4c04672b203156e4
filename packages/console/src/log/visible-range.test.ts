import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineHeightPx, visibleRange } from './visible-range.ts'

test('covers every line in sight and never names one that is not there', () => {
  fc.assert(
    fc.property(fc.nat(20_000), fc.nat(400_000), fc.nat(2_000), (count, topPx, heightPx) => {
      const { from, to } = visibleRange(count, topPx, heightPx)
      expect(from).toBeGreaterThanOrEqual(0)
      expect(to).toBeLessThanOrEqual(count)
      const firstInSight = Math.floor(topPx / lineHeightPx)
      const lastInSight = Math.min(count, Math.ceil((topPx + heightPx) / lineHeightPx))
      if (firstInSight < count) expect(from).toBeLessThanOrEqual(firstInSight)
      expect(to).toBe(Math.min(count, Math.max(to, lastInSight)))
      expect(to - from).toBeLessThanOrEqual(heightPx / lineHeightPx + 43)
    }),
  )
})
