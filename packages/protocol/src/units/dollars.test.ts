import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dollars, parseDollars } from './dollars.ts'

test('prints whole and small amounts', () => {
  expect(dollars(400_000n)).toBe('$0.40')
  expect(dollars(12_000_000n)).toBe('$12.00')
  expect(dollars(278n)).toBe('$0.000278')
  expect(dollars(-1_500_000n)).toBe('-$1.50')
})

test('reads back what it prints', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (amount) => {
      expect(parseDollars(dollars(amount))).toBe(amount)
    }),
  )
})

test('reads what people type', () => {
  expect(parseDollars('0.40')).toBe(400_000n)
  expect(parseDollars(' $1/h ')).toBe(1_000_000n)
  expect(parseDollars('.5 / hour')).toBe(500_000n)
})

test('refuses what is no amount', () => {
  for (const text of ['', '.', 'x', '0.1234567', 'free', '1.2345678', '-1', '1e3', '1,5'])
    expect(parseDollars(text)).toBeUndefined()
})
