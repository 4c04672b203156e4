import { type Deployment, deploymentSchema } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { checkService, type FoundLease, findDeployment, findLease } from './find-lease.ts'

/** A deployment without a lease; the rest of it does not matter here. */
const unleased = (name: string, phase: Deployment['phase'], message: string, more = {}): Deployment =>
  deploymentSchema.parse({
    id: `${name}-1`,
    name,
    phase,
    message,
    groups: [{ name: 'main', bids: [], excluded: [] }],
    createdAtMs: 1,
    timings: {},
    ...more,
  })

test('of a deployment that failed before it had a lease, it says why', () => {
  const problem = { ...aProblem, hint: 'Check the name.' }
  const failed = unleased('job', 'failed', 'There is no such image.', { problem, endedAtMs: 2 })
  expect(() => findLease([failed], 'job')).toThrow(
    expect.objectContaining({
      message: 'job failed before it had a lease: There is no such image.',
      hint: 'Check the name.',
    }),
  )
})

test('what is still being ordered has no lease to look at, and can be closed', () => {
  const ordering = unleased('web', 'ordering', 'Looking for a provider.')
  expect(() => findLease([ordering], 'web')).toThrow(/no lease yet: Looking for a provider/)
  expect(findDeployment([ordering], 'web')).toBe(ordering)
  expect(findDeployment([ordering], 'web-1')).toBe(ordering)
  expect(() => findDeployment([ordering], 'wbe')).toThrow(/There is no lease wbe/)
})

test('a service that a lease does not have is refused with those that it has', () => {
  const found = { group: { lease: { services: [{ name: 'web' }, { name: 'db' }] } } } as unknown as FoundLease
  expect(() => checkService(found, 'nosuch')).toThrow(expect.objectContaining({ hint: 'It has: web, db.' }))
  expect(() => checkService(found, 'db')).not.toThrow()
  expect(() => checkService(found, undefined)).not.toThrow()
  expect(() => checkService(found, undefined, { mustBeOne: true })).toThrow(
    expect.objectContaining({ hint: 'Name one with --service: web, db.' }),
  )
})

const aProblem = {
  type: 'docs/errors.md#leaseimage',
  title: 'x',
  status: 422,
  detail: 'There is no such image.',
  code: 'image.unpullable',
  retryable: false,
}
