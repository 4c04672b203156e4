import { expect, test } from 'vitest'
import { refusal } from './exec.ts'

test('why a command was not run is told in the words of who refused it', () => {
  const error = refusal('service.not-found: The lease has several services.')
  expect(error).toMatchObject({ code: 'service.not-found', message: 'The lease has several services.' })
  expect(refusal('provider.unreachable: It is not connected.').hint).toContain('dials again by itself')
  expect(refusal('').code).toBe('provider.unreachable')
  expect(refusal('made.up: Something.')).toMatchObject({
    code: 'provider.unreachable',
    message: 'Something.',
  })
})
