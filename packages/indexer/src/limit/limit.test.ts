import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createAtOnce } from './at-once.ts'
import { createRateLimit } from './rate-limit.ts'

test('in any stretch of time a caller gets its burst and its rate, no more, and others are not touched', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(400), { minLength: 1, maxLength: 200 }), (gapsMs) => {
      const limit = createRateLimit({ perSecond: 5, burst: 10 })
      let nowMs = 0
      let taken = 0
      for (const gap of gapsMs) {
        nowMs += gap
        if (limit.take('a', nowMs)) taken++
      }
      expect(taken).toBeLessThanOrEqual(10 + Math.floor((nowMs * 5) / 1000) + 1)
      expect(limit.take('b', nowMs)).toBe(true)
    }),
  )
})

test('a caller that waited may go on', () => {
  const limit = createRateLimit({ perSecond: 1, burst: 1 })
  expect([limit.take('a', 0), limit.take('a', 500), limit.take('a', 1500)]).toEqual([true, false, true])
})

test('counts what is under way, each and all', () => {
  const atOnce = createAtOnce({ each: 2, all: 3 })
  const leave = atOnce.enter('a')
  expect(atOnce.enter('a')).toBeDefined()
  expect(atOnce.enter('a')).toBeUndefined()
  expect(atOnce.enter('b')).toBeDefined()
  expect(atOnce.enter('b')).toBeUndefined()
  leave?.()
  leave?.()
  expect(atOnce.enter('b')).toBeDefined()
  expect(atOnce.enter('c')).toBeUndefined()
})
