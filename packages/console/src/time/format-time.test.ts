import { expect, test } from 'vitest'
import { formatClock } from './format-time.ts'

test('shows running time as a meter does', () => {
  expect(formatClock(249.9)).toBe('00:04:09')
  expect(formatClock(86_400 + 7_200)).toBe('1d 02:00:00')
  expect(formatClock(-3)).toBe('00:00:00')
})
