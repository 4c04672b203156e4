import fc from 'fast-check'
import { expect, test } from 'vitest'
import { downtimeOf, sinceAllEnded } from './downtime.ts'
import type { UsageSpan } from './usage-span.ts'

const day = { fromMs: 1_000, untilMs: 101_000 }
const down = (startedAtMs: number, endedAtMs?: number, more: Partial<UsageSpan> = {}): UsageSpan => ({
  service: 'web',
  replica: 0,
  state: 'down',
  fault: 'provider',
  startedAtMs,
  ...(endedAtMs === undefined ? {} : { endedAtMs }),
  ...more,
})

test('counts what the provider did not serve, within the lease only', () => {
  const services = [{ name: 'web', replicas: 1 }]
  const spans = [
    down(0, 2_000),
    { ...down(2_000, 5_000), state: 'starting' as const },
    { service: 'web', replica: 0, state: 'serving' as const, startedAtMs: 5_000, endedAtMs: 100_000 },
    down(100_000),
  ]
  expect(downtimeOf({ services, spans, ...day })).toBe(1_000 + 3_000 + 1_000)
})

test('what the workload does to itself is not the provider’s', () => {
  const spans = [down(10_000, 20_000, { fault: 'workload' }), down(30_000, 40_000, { state: 'serving' })]
  expect(downtimeOf({ services: [{ name: 'web', replicas: 1 }], spans, ...day })).toBe(0)
})

test('partial service counts in part, and the worst service counts for all', () => {
  const services = [
    { name: 'web', replicas: 4 },
    { name: 'db', replicas: 1 },
  ]
  const quarter = [down(10_000, 20_000)]
  expect(downtimeOf({ services, spans: quarter, ...day })).toBe(2_500)
  const whole = [...quarter, down(15_000, 20_000, { service: 'db' })]
  expect(downtimeOf({ services, spans: whole, ...day })).toBe(1_250 + 5_000)
})

test('what ended before anybody noticed counts from the last end on, whosever it was', () => {
  const serving = (endedAtMs?: number) => down(2_000, endedAtMs, { state: 'serving' })
  expect(sinceAllEnded({ spans: [serving(40_000), serving(61_000)], ...day })).toBe(40_000)
  expect(sinceAllEnded({ spans: [serving(40_000), serving()], ...day })).toBe(0)
  expect(sinceAllEnded({ spans: [serving(500)], ...day })).toBe(100_000)
  expect(sinceAllEnded({ spans: [serving(102_000)], ...day })).toBe(0)
  expect(sinceAllEnded({ spans: [], ...day })).toBe(0)
})

/** Spans of three services; replicas take turns without overlapping themselves. */
const world = fc.record({
  replicas: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
  outages: fc.array(
    fc.record({
      service: fc.nat(2),
      replica: fc.nat(3),
      startMs: fc.integer({ min: 0, max: 200 }),
      ms: fc.integer({ min: 1, max: 100 }),
    }),
    { maxLength: 12 },
  ),
  fromMs: fc.integer({ min: 0, max: 100 }),
  ms: fc.integer({ min: 0, max: 200 }),
})

test('equals what is found by looking at every millisecond', () => {
  fc.assert(
    fc.property(world, ({ replicas, outages, fromMs, ms }) => {
      const untilMs = fromMs + ms
      const services = replicas.map((count, index) => ({ name: `s${index}`, replicas: count }))
      const taken = new Set<string>()
      const spans: UsageSpan[] = []
      for (const { service, replica, startMs, ms: lasting } of outages) {
        if ((replicas[service] ?? 0) <= replica) continue
        const cells = Array.from({ length: lasting }, (_, at) => `${service} ${replica} ${startMs + at}`)
        if (cells.some((cell) => taken.has(cell))) continue
        for (const cell of cells) taken.add(cell)
        spans.push(down(startMs, startMs + lasting, { service: `s${service}`, replica }))
      }
      let looked = 0
      for (let at = fromMs; at < untilMs; at += 1) {
        const shares = replicas.map(
          (count, service) =>
            Array.from({ length: count }, (_, replica) => taken.has(`${service} ${replica} ${at}`)).filter(
              Boolean,
            ).length / count,
        )
        looked += Math.max(0, ...shares)
      }
      const found = downtimeOf({ services, spans, fromMs, untilMs })
      expect(found).toBeLessThanOrEqual(untilMs - fromMs)
      // Rounded up once for each number of replicas.
      expect(found).toBeGreaterThanOrEqual(looked - 1e-6)
      expect(found).toBeLessThan(looked + 4)
    }),
  )
})

test('never shrinks while time passes', () => {
  fc.assert(
    fc.property(world, fc.nat(100), ({ replicas, outages, fromMs, ms }, later) => {
      const services = replicas.map((count, index) => ({ name: `s${index}`, replicas: count }))
      const spans = outages.map(({ service, replica, startMs, ms: lasting }) =>
        down(startMs, startMs + lasting, { service: `s${service}`, replica }),
      )
      const now = downtimeOf({ services, spans, fromMs, untilMs: fromMs + ms })
      expect(downtimeOf({ services, spans, fromMs, untilMs: fromMs + ms + later })).toBeGreaterThanOrEqual(
        now,
      )
    }),
  )
})
