import { expect, test } from 'vitest'
import { isWorkloadAnswer } from './is-answer.ts'

const problem = { 'content-type': 'application/problem+json' }

test('takes the workload’s own answers, also its refusals', () => {
  expect(isWorkloadAnswer({ status: 200, headers: {}, text: 'hello' })).toBe(true)
  expect(isWorkloadAnswer({ status: 404, headers: {}, text: 'not here' })).toBe(true)
  expect(isWorkloadAnswer({ status: 401, headers: problem, text: '{"code":"own.code"}' })).toBe(true)
})

test('does not take the relay’s word for the workload’s', () => {
  expect(isWorkloadAnswer({ status: 404, headers: problem, text: '{"code":"endpoint.not-found"}' })).toBe(
    false,
  )
  for (const status of [502, 503, 504])
    expect(isWorkloadAnswer({ status, headers: {}, text: '' })).toBe(false)
})
