import { expect, test } from 'vitest'
import { formatAge, formatClock, formatDuration } from './format-time.ts'

test('shows the two largest parts of a duration', () => {
  expect(formatDuration(840)).toBe('840 ms')
  expect(formatDuration(999)).toBe('1.00 s')
  expect(formatDuration(1_240)).toBe('1.24 s')
  expect(formatDuration(12_900)).toBe('12 s')
  expect(formatDuration(185_000)).toBe('3 min 5 s')
  expect(formatDuration(7_800_000)).toBe('2 h 10 min')
  expect(formatDuration(7_200_000)).toBe('2 h')
  expect(formatDuration(4 * 86_400_000 + 3 * 3_600_000)).toBe('4 d 3 h')
  expect(formatDuration(-5)).toBe('0 ms')
})

test('ages grow by whole seconds', () => {
  expect(formatAge(3_920)).toBe('3 s')
  expect(formatAge(185_000)).toBe('3 min 5 s')
})

test('shows running time as a meter does', () => {
  expect(formatClock(249.9)).toBe('00:04:09')
  expect(formatClock(86_400 + 7_200)).toBe('1d 02:00:00')
  expect(formatClock(-3)).toBe('00:00:00')
})
