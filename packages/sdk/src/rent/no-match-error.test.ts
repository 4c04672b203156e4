import type { Address, Exclusion } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { noMatchError } from './no-match-error.ts'

const left = (reason: Exclusion['reason'], digit: string): Exclusion => ({
  provider: `0x${digit.repeat(40)}` as Address,
  reason,
  message: 'It has its reasons.',
})

test('where only an engine is missing, says how to get one instead of to wait', () => {
  const error = noMatchError({ candidates: 1, excluded: [left('image', 'a'), left('rate', 'b')] })
  expect(error).toMatchObject({
    code: 'order.no-bids',
    message: 'No matching provider made a bid: It has its reasons.',
    hint: expect.stringContaining('install Docker'),
  })
})

test('where another would have run the image, what is free may change', () => {
  const error = noMatchError({ candidates: 2, excluded: [left('image', 'a'), left('declined', 'b')] })
  expect(error.hint).toContain('Try again')
  expect(error.message).toBe('No matching provider made a bid: 1 image, 1 declined.')
})
