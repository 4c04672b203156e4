import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseBytes } from './quantity.ts'
import { sizeWords, unequalSizesWords } from './size-words.ts'
import { gibibyte, kibibyte, mebibyte } from './units.ts'

test('words a size in the largest unit that fits, to three digits', () => {
  expect(
    [0, 0.4, 1023, kibibyte, 512 * mebibyte, 1.5 * gibibyte, 20 * gibibyte, 1536 * gibibyte].map(sizeWords),
  ).toEqual(['0 B', '0 B', '1023 B', '1 KiB', '512 MiB', '1.5 GiB', '20 GiB', '1.5 TiB'])
  expect([1.234, 12.34, 123.4, 1023.4].map((count) => sizeWords(count * mebibyte))).toEqual([
    '1.23 MiB',
    '12.3 MiB',
    '123 MiB',
    '1023 MiB',
  ])
})

test('never says 1024 of a unit that has a next one', () => {
  expect([gibibyte - 1, mebibyte - 1].map(sizeWords)).toEqual(['1 GiB', '1 MiB'])
  fc.assert(
    fc.property(fc.maxSafeNat(), (bytes) => {
      expect(Number.parseFloat(sizeWords(bytes))).toBeLessThan(1024)
    }),
  )
})

test('is never off by more than half a percent', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1024 }), fc.integer({ min: 0, max: 4 }), (count, step) => {
      const bytes = count * 1024 ** step
      const said = parseBytes(sizeWords(bytes))
      // Three digits of a binary unit need not come to whole bytes.
      if (said !== undefined) expect(Math.abs(said - bytes)).toBeLessThanOrEqual(bytes / 200)
    }),
  )
})

test('two unequal sizes never read the same', () => {
  expect(unequalSizesWords(65 * gibibyte, 64 * gibibyte)).toEqual(['65 GiB', '64 GiB'])
  expect(unequalSizesWords(64.02 * gibibyte, 64.01 * gibibyte)).toEqual(['64.02 GiB', '64.01 GiB'])
  expect(unequalSizesWords(64 * gibibyte + 1, 64 * gibibyte)).toEqual(['68719476737 B', '68719476736 B'])
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 5 * gibibyte }), (bytes, more) => {
      const [one, other] = unequalSizesWords(bytes + more, bytes)
      expect(one).not.toBe(other)
    }),
  )
})
