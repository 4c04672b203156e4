import { isSubletError } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { instantOf } from './provider-leaving.ts'

test('reads instants in full and from now', () => {
  expect(instantOf('2027-01-31T22:00Z', 0)).toBe(Date.UTC(2027, 0, 31, 22))
  expect(instantOf('90m', 1_000)).toBe(1_000 + 90 * 60_000)
  expect(instantOf('2d', 0)).toBe(2 * 86_400_000)
})

test('refuses what is no time', () => {
  for (const wrong of ['soon', '5', '6x', '2027-13-45', '']) {
    expect(() => instantOf(wrong, 0)).toSatisfy((call: () => number) => {
      try {
        call()
        return false
      } catch (error) {
        return isSubletError(error, 'request.invalid')
      }
    })
  }
})
