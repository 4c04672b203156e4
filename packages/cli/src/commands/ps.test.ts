import { type Deployment, type DeploymentGroup, deploymentSchema } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { stateOf } from './ps.ts'

const nowMs = 1_800_000_000_000

/** A deployment with one lease that has come so far. */
function leased(lease: object, more: object = {}): [Deployment, DeploymentGroup] {
  const whole = {
    leaseId: `0x${'1e'.repeat(32)}`,
    tenant: `0x${'7e'.repeat(20)}`,
    provider: `0x${'ab'.repeat(20)}`,
    deployment: 'web',
    phase: 'active',
    message: 'Running.',
    ratePerHour: '1',
    deposit: '1',
    services: [],
    endpoints: [],
    phaseAtMs: {},
    ...lease,
  }
  const group = { name: 'main', bids: [], excluded: [], lease: whole, ...more }
  const deployment = deploymentSchema.parse({
    id: 'web-1',
    name: 'web',
    phase: 'running',
    message: '',
    groups: [group],
    createdAtMs: nowMs,
    timings: {},
  })
  return [deployment, deployment.groups[0] as DeploymentGroup]
}

test('tells the phase of a lease, and of the deployment where there is none', () => {
  expect(stateOf(...leased({}), nowMs)).toBe('active')
  const [deployment, { lease: _lease, ...unleased }] = leased({})
  expect(stateOf(deployment, unleased, nowMs)).toBe('running')
})

test('tells a bad end, and for how long the provider is away', () => {
  expect(stateOf(...leased({ phase: 'closed', exitCode: 3 }), nowMs)).toBe('closed, exit 3')
  expect(stateOf(...leased({}, { awaySinceMs: nowMs - 185_000 }), nowMs)).toBe(
    'active, provider away for 3 min 5 s',
  )
})
