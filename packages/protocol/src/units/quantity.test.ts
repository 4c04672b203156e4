import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Service } from '../workload/workload.ts'
import {
  type Bytes,
  type DurationMs,
  formatBytes,
  formatCpu,
  formatDuration,
  formatPrice,
  parseBytes,
  parseCpu,
  parseDuration,
  parsePrice,
} from './quantity.ts'

test('reads quantities exactly', () => {
  expect([0.1, '0.1', 2, '500m', '1.5'].map(parseCpu)).toEqual([100, 100, 2000, 500, 1500])
  expect(['512Mi', '1.5 GiB', '20G', '100B', '1k', 0].map(parseBytes)).toEqual([
    536870912, 1610612736, 20e9, 100, 1000, 0,
  ])
  expect(['30s', '1h30m', '1.5h', '7d', '250ms', 0].map(parseDuration)).toEqual([
    30000, 5400000, 5400000, 604800000, 250, 0,
  ])
  expect([0.4, '0.40/h', '$300/month', '24/day', '0.000001/s'].map(parsePrice)).toEqual([
    400000n,
    400000n,
    410958n,
    1000000n,
    3600n,
  ])
})

test('refuses what has no unit, is not whole, or cannot be meant', () => {
  expect(['', '0', '-1', '0.0001', '1e3', 'x', '9999999999999999'].map(parseCpu)).toEqual(
    Array(7).fill(undefined),
  )
  expect([512, '512', '-1Mi', '1.0000001Ki', '1XB', 'Mi', '99999999Pi'].map(parseBytes)).toEqual(
    Array(7).fill(undefined),
  )
  expect([30, '30', '', '-1s', '1x', '1h foo', '0.5ms'].map(parseDuration)).toEqual(Array(7).fill(undefined))
  expect([0, '0/h', '-1', '1/parsec', 'free', '1/constructor', '0.0000001'].map(parsePrice)).toEqual(
    Array(7).fill(undefined),
  )
})

test('what is written is read back', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      if (value > 0)
        expect(parseCpu(formatCpu(value % 1_000_000_000))).toBe(value % 1_000_000_000 || undefined)
      expect(parseBytes(formatBytes(value))).toBe(value)
      expect(parseDuration(formatDuration(value))).toBe(value)
      expect(parsePrice(formatPrice(BigInt(value) + 1n))).toBe(BigInt(value) + 1n)
    }),
  )
})

test('a quantity of one unit is none of another, to the compiler', () => {
  const sizeBytes: Bytes = 5
  // @ts-expect-error bytes are no milliseconds
  const timeoutMs: DurationMs = sizeBytes
  // @ts-expect-error nor does a workload take them for such
  const workload: Pick<Service, 'stopGraceMs'> = { stopGraceMs: sizeBytes }
  expect([timeoutMs, workload.stopGraceMs]).toEqual([5, 5])
})
