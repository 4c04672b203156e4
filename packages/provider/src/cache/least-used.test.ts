import fc from 'fast-check'
import { expect, test } from 'vitest'
import { leastUsed, overBytes, overHighWater } from './least-used.ts'

const items = fc.uniqueArray(
  fc.record({
    name: fc.string({ minLength: 1 }),
    sizeBytes: fc.nat(1_000_000),
    usedAtMs: fc.nat(100),
    inUse: fc.boolean(),
  }),
  { selector: ({ name }) => name },
)
const sum = (list: readonly { sizeBytes: number }[]) =>
  list.reduce((total, { sizeBytes }) => total + sizeBytes, 0)

test('never removes what is in use, nor anything used later than something kept that could go', () => {
  fc.assert(
    fc.property(items, fc.nat(3_000_000), (all, toFreeBytes) => {
      const removed = leastUsed(all, toFreeBytes)
      const kept = all.filter((item) => !removed.includes(item) && !item.inUse)
      expect(removed.some(({ inUse }) => inUse)).toBe(false)
      for (const one of removed)
        for (const other of kept) expect(one.usedAtMs).toBeLessThanOrEqual(other.usedAtMs)
      // Enough, or everything that may go; and not one more than needed.
      expect(sum(removed) >= toFreeBytes || kept.length === 0).toBe(true)
      if (removed.length > 0) expect(sum(removed.slice(0, -1))).toBeLessThan(toFreeBytes)
    }),
  )
})

test('brings a cache down to its size where nothing is in use', () => {
  fc.assert(
    fc.property(items, fc.nat(3_000_000), (all, mostBytes) => {
      const idle = all.map((item) => ({ ...item, inUse: false }))
      const removed = leastUsed(idle, overBytes(idle, mostBytes))
      expect(sum(idle) - sum(removed)).toBeLessThanOrEqual(mostBytes)
    }),
  )
})

test('frees nothing below the high-water mark, and down to the low one above it', () => {
  const marks = { highPercent: 85, lowPercent: 75 }
  expect(overHighWater({ totalBytes: 1000, freeBytes: 150 }, marks)).toBe(0)
  expect(overHighWater({ totalBytes: 1000, freeBytes: 149 }, marks)).toBe(101)
})
