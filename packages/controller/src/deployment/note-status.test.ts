import type { LeaseStatus } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { noteReach, noteStatus } from './note-status.ts'
import { newGroup } from './state.ts'
import { viewOf } from './view.ts'

const lease: LeaseStatus = {
  leaseId: `0x${'1e'.repeat(32)}`,
  tenant: `0x${'7e'.repeat(20)}`,
  provider: `0x${'ab'.repeat(20)}`,
  deployment: 'web',
  phase: 'active',
  message: 'Running.',
  ratePerHour: 1n,
  deposit: 1n,
  services: [],
  endpoints: [],
  phaseAtMs: {},
}
const followed = noteStatus(newGroup('main'), lease, 0)

test('a provider is away since it was first missed, until it is heard again', () => {
  const missed = noteReach(followed, false, 1000)
  expect(missed).toMatchObject({ awaySinceMs: 1000, lease: { phase: 'active' } })
  expect(noteReach(missed, false, 5000).awaySinceMs).toBe(1000)
  expect(noteReach(missed, true, 6000)).toEqual(followed)
  expect(noteStatus(missed, lease, 0)).toEqual(followed)
})

test('a lease that is over has nobody left to be away', () => {
  const missed = noteReach(followed, false, 1000)
  const awayOf = (group: typeof missed) =>
    viewOf({ id: 'web-1', name: 'web', desired: 'running', createdAtMs: 0, groups: [group] }).groups[0]
      ?.awaySinceMs
  expect(awayOf(missed)).toBe(1000)
  expect(awayOf({ ...missed, stage: 'ended' })).toBeUndefined()
  expect(awayOf({ ...missed, stage: 'waiting' })).toBeUndefined()
})
