import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ageWords, durationWords, instantWords } from './time-words.ts'

test('words the two largest parts of a duration', () => {
  const days = 4 * 86_400_000
  expect([0, -5, 840, 999, 1_240, 12_900, 185_000].map(durationWords)).toEqual([
    '0 ms',
    '0 ms',
    '840 ms',
    '1 s',
    '1.24 s',
    '12 s',
    '3 min 5 s',
  ])
  expect([7_800_000, 7_200_000, days + 3 * 3_600_000, days + 60_000].map(durationWords)).toEqual([
    '2 h 10 min',
    '2 h',
    '4 d 3 h',
    '4 d',
  ])
})

test('an age grows by whole seconds, and is never less than none', () => {
  expect([-1, 999, 3_920, 185_000].map(ageWords)).toEqual(['0 s', '0 s', '3 s', '3 min 5 s'])
  fc.assert(
    fc.property(fc.nat(1e12), (ageMs) => {
      expect(ageWords(ageMs)).toMatch(/^\d+ (d|h|min|s)( \d+ (h|min|s))?$/)
    }),
  )
})

test('words an instant in UTC, with seconds only where there are some', () => {
  expect(instantWords(Date.UTC(2027, 0, 31, 22))).toBe('2027-01-31 22:00 UTC')
  expect(instantWords(Date.UTC(2027, 0, 31, 0, 0, 7, 900))).toBe('2027-01-31 00:00:07 UTC')
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e9 }), (seconds) => {
      expect(Date.parse(instantWords(seconds * 1000))).toBe(seconds * 1000)
    }),
  )
})
