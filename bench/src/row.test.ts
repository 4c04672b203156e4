import { expect, test } from 'vitest'
import { median, quantile } from './row.ts'

test('gives quantiles of unsorted samples', () => {
  expect(median([5, 1, 3])).toBe(3)
  expect(quantile([4, 1, 2, 3, 5, 6, 7, 8, 9, 10], 0.95)).toBe(10)
  expect(() => median([])).toThrow(RangeError)
})
