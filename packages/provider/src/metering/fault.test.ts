import { expect, test } from 'vitest'
import { faultOf } from './fault.ts'

const end = { exitCode: 0, outOfMemory: false, asked: false, unwatched: false }

test('what ends by itself, outgrows its memory or is stopped by its own plan did it to itself', () => {
  for (const exitCode of [0, 1, 139]) expect(faultOf({ ...end, exitCode })).toBe('workload')
  expect(faultOf({ ...end, exitCode: 137, outOfMemory: true })).toBe('workload')
  expect(faultOf({ ...end, exitCode: 143, asked: true })).toBe('workload')
})

test('what is killed from outside, or ends while nobody watches, is the provider’s', () => {
  expect(faultOf({ ...end, exitCode: 137 })).toBe('provider')
  expect(faultOf({ ...end, exitCode: 143 })).toBe('provider')
  expect(faultOf({ ...end, exitCode: 1, unwatched: true })).toBe('provider')
})

test('a process that says it was killed is only believed where the runtime cannot tell', () => {
  expect(faultOf({ ...end, exitCode: 137, killed: false })).toBe('workload')
  expect(faultOf({ ...end, exitCode: 130, killed: true })).toBe('provider')
  expect(faultOf({ ...end, exitCode: 137, killed: false, unwatched: true })).toBe('provider')
})
