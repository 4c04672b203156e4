import fc from 'fast-check'
import { expect, test } from 'vitest'
import { availabilityOf, type LeaseToLeave, leavingStep, staying } from './leaving-plan.ts'

const window = (fromMs: number, untilMs: number) => ({ id: String(fromMs), fromMs, untilMs, reason: 'disks' })

test('a drain ends the offer, a window only while it lasts, and both say when leases must be gone', () => {
  expect(availabilityOf(staying, 0)).toEqual({ offering: true, leavesAtMs: undefined, reason: '' })
  const drain = { sinceMs: 1, reason: 'sold' }
  expect(availabilityOf({ drain, windows: [] }, 5)).toMatchObject({ offering: false, leavesAtMs: undefined })
  const windows = [window(500, 600), window(100, 200)]
  expect(availabilityOf({ windows }, 50)).toEqual({ offering: true, leavesAtMs: 100, reason: 'disks' })
  expect(availabilityOf({ windows }, 150)).toMatchObject({ offering: false, leavesAtMs: 100 })
  expect(availabilityOf({ windows }, 200)).toMatchObject({ offering: true, leavesAtMs: 500 })
  expect(availabilityOf({ drain: { ...drain, byMs: 90 }, windows }, 50)).toMatchObject({
    leavesAtMs: 90,
    reason: 'sold',
  })
})

const lease: LeaseToLeave = { endsAtMs: 10_000_000, toldMs: 0, noticeEndsAt: 0, noticeMs: 300_000 }

test('tenants are told first, given notice in time, and asked to go when it is over', () => {
  expect(leavingStep(lease, 1_000_000, 0)).toEqual({ kind: 'tell', leavesAtMs: 1_000_000 })
  expect(leavingStep({ ...lease, toldMs: 1_000_000 }, 1_000_000, 0)).toEqual({ kind: 'none' })
  expect(leavingStep({ ...lease, toldMs: 1_000_000 }, undefined, 0)).toEqual({
    kind: 'tell',
    leavesAtMs: undefined,
  })
  expect(leavingStep({ ...lease, toldMs: 1_000_000 }, 1_000_000, 640_000)).toEqual({ kind: 'give-notice' })
  const noticed = { ...lease, toldMs: 1_000_000, noticeEndsAt: 940 }
  expect(leavingStep(noticed, 1_000_000, 950_000)).toEqual({ kind: 'none' })
  expect(leavingStep(noticed, 1_000_000, 1_000_000)).toEqual({ kind: 'end' })
})

test('a lease that ends by itself before is left alone', () => {
  expect(leavingStep({ ...lease, endsAtMs: 900_000 }, 1_000_000, 0)).toEqual({ kind: 'none' })
})

const startMs = 1_000_000

test('whatever the plan, nobody is ended before a full notice is over, and everybody is in the end', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: startMs, max: startMs + 3_600_000 }),
      fc.integer({ min: 0, max: 600_000 }),
      fc.integer({ min: 1, max: 20_000 }),
      (leavesAtMs, noticeMs, stepMs) => {
        let state: LeaseToLeave = { endsAtMs: 10 ** 12, toldMs: 0, noticeEndsAt: 0, noticeMs }
        let noticedAtMs: number | undefined
        for (let nowMs = startMs; nowMs < startMs + 10_000_000; nowMs += stepMs) {
          const step = leavingStep(state, leavesAtMs, nowMs)
          if (step.kind === 'tell') state = { ...state, toldMs: step.leavesAtMs ?? 0 }
          if (step.kind === 'give-notice') {
            expect(noticedAtMs).toBeUndefined()
            noticedAtMs = nowMs
            state = { ...state, noticeEndsAt: Math.ceil((nowMs + noticeMs) / 1000) }
          }
          if (step.kind === 'end') {
            expect(nowMs - (noticedAtMs ?? Number.POSITIVE_INFINITY)).toBeGreaterThanOrEqual(noticeMs)
            expect(nowMs).toBeGreaterThanOrEqual(leavesAtMs)
            // In time, where there was time.
            if (leavesAtMs - startMs > noticeMs + 70_000 + stepMs)
              expect(nowMs).toBeLessThan(leavesAtMs + stepMs)
            return
          }
        }
        throw new Error('never ended')
      },
    ),
    { numRuns: 60 },
  )
})
