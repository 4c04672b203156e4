import { expect, test } from 'vitest'
import { explainRefusal, retryAfterMsOf } from './explain-refusal.ts'

test('passes the authority’s words on, with the cure for each kind', () => {
  const refusal = (kind: string, detail = 'No such luck.') =>
    explainRefusal('app.example.org', { type: `urn:ietf:params:acme:error:${kind}`, detail })
  expect(refusal('connection', 'Fetching http://x: refused')).toMatchObject({
    code: 'certificate.refused',
    message: 'The certificate authority refused app.example.org: Fetching http://x: refused.',
    hint: expect.stringContaining('port 80'),
  })
  expect(refusal('caa').hint).toContain('CAA')
  expect(refusal('rateLimited').hint).toContain('ordered again')
  expect(refusal('somethingNew').hint).not.toBe('')
})

test('understands both forms of Retry-After', () => {
  const nowMs = Date.parse('2026-01-01T00:00:00Z')
  expect(retryAfterMsOf('120', nowMs)).toBe(120_000)
  expect(retryAfterMsOf('Thu, 01 Jan 2026 00:01:00 GMT', nowMs)).toBe(60_000)
  expect(retryAfterMsOf('Wed, 31 Dec 2025 00:00:00 GMT', nowMs)).toBe(0)
  expect(retryAfterMsOf('soon', nowMs)).toBeUndefined()
  expect(retryAfterMsOf(undefined, nowMs)).toBeUndefined()
})
