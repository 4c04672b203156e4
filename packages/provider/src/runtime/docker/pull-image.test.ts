import { expect, test } from 'vitest'
import { messageOf } from './docker-error.ts'
import { pullHint } from './pull-image.ts'

test("the engine's words stand without what the client library puts around them", () => {
  const message = '(HTTP code 500) server error - Get "https://nosuch.invalid/v2/": no such host '
  expect(messageOf(Object.assign(new Error(message), { statusCode: 500 }))).toBe(
    'Get "https://nosuch.invalid/v2/": no such host',
  )
  expect(messageOf({ message, json: { message: 'plain' } })).toBe('plain')
})

test('a failed pull names the cure for what went wrong', () => {
  const hints = [
    'Get "https://nosuch.invalid/v2/": dial tcp: lookup nosuch.invalid: no such host',
    'pull access denied for acme/private, repository does not exist or may require docker login',
    'manifest for nginx:nosuch not found: manifest unknown',
    'the pull was given up',
  ].map(pullHint)
  expect(hints.map((hint) => /reach it|private|machine|reached/.exec(hint)?.[0])).toEqual([
    'reach it',
    'private',
    'machine',
    'reached',
  ])
})
