import { expect, test } from 'vitest'
import { sampleDeployment, sampleGroup, sampleLease } from '../testing/sample-deployment.ts'
import { sampleAddress } from '../testing/sample-market.ts'
import { failureOf } from './failure.ts'

const failed = (problem: object, group = sampleGroup()) =>
  sampleDeployment(0, {
    phase: 'failed',
    message: 'It failed.',
    groups: [group],
    problem: { code: 'internal', detail: 'x', ...problem },
  })

test('says in dollars what rate would have matched', () => {
  const excluded = [
    { provider: sampleAddress(1), reason: 'rate' as const, message: 'm', ratePerHour: 12_100n },
    { provider: sampleAddress(2), reason: 'rate' as const, message: 'm', ratePerHour: 9_000n },
    { provider: sampleAddress(3), reason: 'cpu' as const, message: 'm' },
  ]
  const failure = failureOf(
    failed({ code: 'order.no-match', detail: '9000 an hour' }, sampleGroup({ excluded })),
  )
  expect(failure.words).toBe('None of the 3 providers can serve this order.')
  expect(failure.cure).toContain('$0.009 an hour')
})

test('does not speak of the rate when it is not in the way', () => {
  const excluded = [{ provider: sampleAddress(3), reason: 'cpu' as const, message: 'm' }]
  const failure = failureOf(failed({ code: 'order.no-match' }, sampleGroup({ excluded })))
  expect(failure.words).toBe('The one provider cannot serve this order.')
  expect(failure.cure).not.toContain('$')
})

test('keeps the last lines, from the problem or from the lease', () => {
  const crashed = { code: 'workload.crashed', detail: 'It ended with 3.', hint: 'Mend it.' }
  expect(failureOf(failed({ ...crashed, details: { lastLogLines: ['a', 7, 'b'] } }))).toEqual({
    code: 'workload.crashed',
    words: 'It ended with 3.',
    cure: 'Mend it.',
    lastLines: ['a', 'b'],
  })
  const lease = sampleLease('lapsed', 0, { lastLogLines: ['c'] })
  expect(failureOf(failed(crashed, sampleGroup({ lease }))).lastLines).toEqual(['c'])
})

test('a failure without a problem is told by its message', () => {
  expect(failureOf(sampleDeployment(0, { phase: 'failed', message: 'It failed.' })).words).toBe('It failed.')
})
