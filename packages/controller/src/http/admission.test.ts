import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Caller, cookieValue, refuseStrangers, requireCredentials } from './admission.ts'

const token = 'a-token-of-32-characters-or-more!'
const rules = { hosts: ['127.0.0.1:8080', 'localhost:8080'], token, cookieName: 'sublet_console_8080' }
const cookie = `sublet_console_8080=${cookieValue(token)}`

function outcome(caller: Partial<Caller>): string {
  const whole: Caller = { method: 'GET', headers: {}, upgrade: false, ...caller }
  const headers = { host: '127.0.0.1:8080', ...whole.headers }
  try {
    refuseStrangers({ headers }, rules)
    requireCredentials({ ...whole, headers }, rules)
    return 'ok'
  } catch (error) {
    return (error as { code: string }).code
  }
}

test('lets in who carries the token', () => {
  expect(outcome({ headers: { authorization: `Bearer ${token}` } })).toBe('ok')
  expect(outcome({ method: 'POST', headers: { authorization: `bearer ${token}` } })).toBe('ok')
})

test('keeps out who does not', () => {
  expect(outcome({})).toBe('auth.missing')
  expect(outcome({ headers: { authorization: 'Bearer nope' } })).toBe('auth.refused')
  expect(outcome({ headers: { authorization: `Basic ${token}` } })).toBe('auth.refused')
  expect(outcome({ headers: { cookie: 'sublet_console_8080=nope' } })).toBe('auth.missing')
  // The token itself is no cookie, nor is the cookie a token.
  expect(outcome({ headers: { cookie: `sublet_console_8080=${token}` } })).toBe('auth.missing')
  expect(outcome({ headers: { authorization: `Bearer ${cookieValue(token)}` } })).toBe('auth.refused')
})

test('keeps out a name that was bound to loopback by someone else, token or not', () => {
  for (const host of ['evil.test:8080', 'evil.test', '127.0.0.1:9999', '127.0.0.1.evil.test:8080', '']) {
    expect(outcome({ headers: { host, authorization: `Bearer ${token}` } }), host).toBe('auth.refused')
  }
})

test('keeps out other sites’ pages, and sandboxed ones', () => {
  for (const origin of [
    'http://evil.test',
    'null',
    'http://localhost:3000',
    'https://localhost:8080',
    'http://web-1.localhost:8080',
  ]) {
    expect(outcome({ headers: { origin, authorization: `Bearer ${token}` } }), origin).toBe('auth.refused')
    expect(outcome({ method: 'POST', headers: { origin, cookie } }), origin).toBe('auth.refused')
  }
})

test('lets the console’s own page use its cookie', () => {
  const own = { cookie, 'sec-fetch-site': 'same-origin' }
  expect(outcome({ headers: own })).toBe('ok')
  expect(outcome({ method: 'POST', headers: { ...own, origin: 'http://localhost:8080' } })).toBe('ok')
  expect(outcome({ upgrade: true, headers: { ...own, origin: 'http://127.0.0.1:8080' } })).toBe('ok')
})

test('takes the cookie for nothing that another page could have caused', () => {
  expect(outcome({ headers: { cookie, 'sec-fetch-site': 'cross-site' } })).toBe('auth.refused')
  expect(outcome({ headers: { cookie, 'sec-fetch-site': 'same-site' } })).toBe('auth.refused')
  expect(outcome({ method: 'POST', headers: { cookie } })).toBe('auth.refused')
  expect(outcome({ upgrade: true, headers: { cookie } })).toBe('auth.refused')
})

test('lets nobody in by guessing', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (guess, other) => {
      expect(outcome({ headers: { authorization: `Bearer ${guess}` } })).not.toBe('ok')
      expect(outcome({ headers: { cookie: `sublet_console_8080=${guess}; ${other}=${guess}` } })).not.toBe(
        'ok',
      )
    }),
  )
})
