import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orderAtMs, renewAtMs, retryDelayMs } from './certificate-due.ts'

const hourMs = 3_600_000

test('no run of failures asks an authority more than four times an hour, nor waits over a day', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), (failures) => {
      expect(retryDelayMs(failures)).toBeLessThanOrEqual(24 * hourMs)
      expect(retryDelayMs(failures + 1)).toBeGreaterThanOrEqual(retryDelayMs(failures))
    }),
  )
  let atMs = 0
  let within = 0
  for (let failures = 1; atMs < hourMs; failures++) {
    within++
    atMs = orderAtMs({ validity: undefined, failures, failedAtMs: atMs, notBeforeMs: 0 })
  }
  expect(within).toBeLessThanOrEqual(4)
})

test('is renewed within its time, never before the authority allows it', () => {
  const times = fc.record({ fromMs: fc.nat(), lengthMs: fc.integer({ min: 3, max: 90 * 24 * hourMs }) })
  fc.assert(
    fc.property(times, fc.nat(), ({ fromMs, lengthMs }, notBeforeMs) => {
      const validity = { fromMs, untilMs: fromMs + lengthMs }
      const renewMs = renewAtMs(validity)
      expect(renewMs).toBeGreaterThan(validity.fromMs)
      expect(renewMs).toBeLessThan(validity.untilMs)
      const dueMs = orderAtMs({ validity, failures: 0, failedAtMs: 0, notBeforeMs })
      expect(dueMs).toBe(Math.max(renewMs, notBeforeMs))
    }),
  )
  expect(orderAtMs({ validity: undefined, failures: 0, failedAtMs: 0, notBeforeMs: 0 })).toBe(0)
})
