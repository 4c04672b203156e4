import fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterExit } from './after-exit.ts'

const policies = ['always', 'on-failure', 'never'] as const
const facts = fc.record({
  exitCode: fc.integer({ min: 0, max: 255 }),
  restarts: fc.nat(20),
  crashesInRow: fc.integer({ min: 1, max: 50 }),
  starting: fc.boolean(),
})
const restart = fc.record({
  policy: fc.constantFrom(...policies),
  maxRetries: fc.option(fc.nat(10), { nil: undefined }),
})
const clean = ({
  policy,
  maxRetries,
}: {
  policy: (typeof policies)[number]
  maxRetries: number | undefined
}) => ({
  policy,
  ...(maxRetries === undefined ? {} : { maxRetries }),
})

test('a job that succeeded is never run again', () => {
  fc.assert(
    fc.property(restart, facts, (policy, seen) => {
      const next = afterExit({ restart: clean(policy), job: { results: [] } }, { ...seen, exitCode: 0 })
      expect(next).toEqual({ kind: 'completed' })
    }),
  )
})

test('nothing restarts against its policy, more often than it may, or sooner than a quarter second', () => {
  fc.assert(
    fc.property(restart, facts, fc.boolean(), (policy, seen, isJob) => {
      const next = afterExit({ restart: clean(policy), ...(isJob ? { job: { results: [] } } : {}) }, seen)
      if (next.kind !== 'restart') return
      expect(policy.policy).not.toBe('never')
      if (policy.maxRetries !== undefined) expect(seen.restarts).toBeLessThan(policy.maxRetries)
      expect(next.afterMs).toBeGreaterThanOrEqual(250)
      expect(next.afterMs).toBeLessThanOrEqual(30_000)
    }),
  )
})

test('a service that is to stay up does, whatever it ended with', () => {
  const seen = { restarts: 1000, crashesInRow: 3, starting: false }
  for (const exitCode of [0, 1, 137]) {
    expect(afterExit({ restart: { policy: 'always' } }, { ...seen, exitCode }).kind).toBe('restart')
  }
})

test('a service that keeps dying before it was ready is given up', () => {
  const seen = { exitCode: 1, restarts: 6, crashesInRow: 6, starting: true }
  expect(afterExit({ restart: { policy: 'always' } }, seen)).toEqual({ kind: 'failed' })
})
