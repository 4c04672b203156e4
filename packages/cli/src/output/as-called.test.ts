import { expect, test } from 'vitest'
import { asCalled } from './as-called.ts'

test('names a command as it was called itself', () => {
  const hint = 'Look with `sublet ps`, or start one with `sublet up`; sublet is free.'
  expect(asCalled(hint, {})).toBe(hint)
  expect(asCalled(hint, { npm_lifecycle_event: 'npx' })).toBe(
    'Look with `npx sublet ps`, or start one with `npx sublet up`; sublet is free.',
  )
})
