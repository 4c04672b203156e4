import { parseDollars } from '@sublet/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  alignPoints,
  digitsThatTick,
  formatDollars,
  formatDollarsExactly,
  formatRate,
} from './format-money.ts'

test('cuts digits instead of rounding money up', () => {
  expect(formatDollars(1_999_999n)).toBe('$1.99')
  expect(formatDollars(1_999_999n, 6)).toBe('$1.999999')
  expect(formatDollars(1_234_567_890_000n)).toBe('$1,234,567.89')
  expect(formatDollars(-20_000n)).toBe('−$0.02')
})

test('shows every digit of an exact amount but no empty ones', () => {
  expect(formatDollarsExactly(12_100n)).toBe('$0.0121')
  expect(formatDollarsExactly(3_000_000n)).toBe('$3.00')
  expect(formatDollarsExactly(1n)).toBe('$0.000001')
})

test('shows a rate with the digits that tell it from another', () => {
  expect(formatRate(12_100n)).toBe('$0.0121')
  expect(formatRate(2_345_678n)).toBe('$2.345')
  expect(formatRate(400_000n)).toBe('$0.40')
  expect(formatRate(12n)).toBe('$0.000012')
  expect(formatRate(0n)).toBe('$0.00')
})

test('points of aligned amounts stand under each other', () => {
  const aligned = alignPoints(['$1.95', '$0.00148', '—'])
  expect(aligned.map((amount) => amount.length)).toEqual([8, 8, 7])
  expect(aligned.map((amount) => amount.trimEnd())).toEqual(['$1.95', '$0.00148', '—'])
})

test('a slow rate gets more digits than a fast one', () => {
  expect(digitsThatTick(12_100n)).toBe(6)
  expect(digitsThatTick(2_000_000n)).toBe(4)
  expect(digitsThatTick(900_000_000n)).toBe(2)
})

test('reads back every amount that is shown exactly', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (amount) => {
      expect(parseDollars(formatDollarsExactly(amount).replaceAll(',', ''))).toBe(amount)
    }),
  )
})

test('a ticking cost changes within every three seconds of what its digits can show', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 3_600n, max: 10n ** 10n }), (ratePerHour) => {
      const digits = digitsThatTick(ratePerHour)
      const inThreeSeconds = (ratePerHour * 3n) / 3600n
      expect(formatDollars(inThreeSeconds, digits)).not.toBe(formatDollars(0n, digits))
    }),
  )
})
