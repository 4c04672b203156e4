import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseStamp, stampReader } from './stamps.ts'

const stampMs = Date.parse('2026-11-22T14:08:22Z') + 123.456

test('keeps fractions of a millisecond', () => {
  expect(parseStamp('2026-11-22T14:08:22.123456789Z')).toBe(stampMs)
  expect(parseStamp('2026-11-22T16:08:22.5+02:00')).toBe(Date.parse('2026-11-22T14:08:22.500Z'))
})

test('reads bytes as it reads texts, however long the fraction is', () => {
  const stamps = fc
    .record({
      second: fc.integer({ min: 0, max: 4e9 }),
      fraction: fc.stringMatching(/^[0-9]{0,9}$/),
      zone: fc.constantFrom('Z', '+02:00', '-00:30'),
    })
    .map(({ second, fraction, zone }) => {
      const seconds = new Date(second * 1000).toISOString().slice(0, 19)
      return `${seconds}${fraction === '' ? '' : `.${fraction}`}${zone}`
    })
  fc.assert(
    fc.property(fc.array(stamps, { maxLength: 6 }), (some) => {
      const read = stampReader()
      for (const stamp of some) {
        const buffer = Buffer.from(`>${stamp}<`)
        expect(read(buffer, 1, buffer.length - 1)).toBe(parseStamp(stamp))
      }
    }),
  )
})
