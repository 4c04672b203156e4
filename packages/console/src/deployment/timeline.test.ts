import { expect, test } from 'vitest'
import { sampleDeployment, sampleLease } from '../testing/sample-deployment.ts'
import { timelineOf } from './timeline.ts'

const t0 = 1_700_000_000_000
const shape = (steps: ReturnType<typeof timelineOf>) =>
  steps.map(({ key, state, tookMs }) => [key, state, tookMs])

test('before any bid only the order is under way', () => {
  expect(shape(timelineOf(sampleDeployment(t0), undefined))).toEqual([
    ['ordering', 'now', undefined],
    ['accepted', 'ahead', undefined],
    ['pulling', 'ahead', undefined],
    ['starting', 'ahead', undefined],
    ['opening', 'ahead', undefined],
    ['active', 'ahead', undefined],
  ])
})

test('each step took until the next one began', () => {
  const lease = sampleLease('starting', t0, {
    phaseAtMs: { accepted: t0 + 120, pulling: t0 + 130, starting: t0 + 900 },
  })
  expect(shape(timelineOf(sampleDeployment(t0), lease)).slice(0, 5)).toEqual([
    ['ordering', 'done', 120],
    ['accepted', 'done', 10],
    ['pulling', 'done', 770],
    ['starting', 'now', undefined],
    ['opening', 'ahead', undefined],
  ])
})

test('an active lease has nothing ahead', () => {
  const lease = sampleLease('active', t0, { phaseAtMs: { accepted: t0, active: t0 + 400 } })
  const steps = timelineOf(sampleDeployment(t0), lease)
  expect(steps.at(-1)).toMatchObject({ key: 'active', state: 'done' })
  expect(steps.filter(({ state }) => state === 'ahead' || state === 'now')).toEqual([])
})

test('a closed lease ends with its settlement', () => {
  const lease = sampleLease('closed', t0, {
    phaseAtMs: { active: t0 + 400, closing: t0 + 5_000, closed: t0 + 5_300 },
  })
  expect(shape(timelineOf(sampleDeployment(t0), lease))).toEqual([
    ['ordering', 'done', 400],
    ['active', 'done', 4_900],
    ['closed', 'done', undefined],
  ])
})

test('a lease that never opened shows where it stopped', () => {
  const lease = sampleLease('lapsed', t0, {
    phaseAtMs: { accepted: t0 + 10, pulling: t0 + 20, lapsed: t0 + 60 },
  })
  expect(shape(timelineOf(sampleDeployment(t0, { phase: 'failed' }), lease))).toEqual([
    ['ordering', 'done', 10],
    ['accepted', 'done', 10],
    ['pulling', 'done', 40],
    ['lapsed', 'failed', undefined],
  ])
})

test('an order without bids failed at the order', () => {
  const failed = sampleDeployment(t0, { phase: 'failed', endedAtMs: t0 + 90 })
  expect(shape(timelineOf(failed, undefined))).toEqual([
    ['ordering', 'done', 90],
    ['failed', 'failed', undefined],
  ])
})
