import { SubletError } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { asSubletError, problemOf } from './request.ts'

test('keeps the sentence and the cure of a problem document', () => {
  const error = problemOf(402, {
    code: 'funds.insufficient',
    detail: 'The wallet lacks $3.20.',
    hint: 'Fund it with `sublet wallet fund`.',
    details: { missing: '3200000' },
  })
  expect(error).toMatchObject({
    code: 'funds.insufficient',
    message: 'The wallet lacks $3.20.',
    hint: 'Fund it with `sublet wallet fund`.',
    details: { missing: '3200000' },
  })
})

test('an answer without a problem document still says what to do', () => {
  expect(problemOf(401, undefined)).toMatchObject({
    code: 'auth.missing',
    hint: expect.stringContaining('sublet up'),
  })
  expect(problemOf(502, '<html>')).toMatchObject({ code: 'controller.unreachable' })
  expect(problemOf(500, { code: 'no-such-code', detail: 'x' })).toMatchObject({
    code: 'internal',
    message: expect.stringContaining('500'),
  })
})

test('anything thrown becomes one sentence', () => {
  const own = new SubletError('lease.closed', 'It has ended.')
  expect(asSubletError(own)).toBe(own)
  expect(asSubletError(new TypeError('x is undefined')).message).toBe('The page stumbled: x is undefined')
  expect(asSubletError('odd').message).toBe('The page stumbled: odd')
})
