import { expect, test } from 'vitest'
import { withoutToken } from './drop-token.ts'
import { tokenIn } from './sign-in.tsx'

test('drops the token and nothing else from the address', () => {
  expect(withoutToken('http://127.0.0.1:8080/?token=abc')).toBe('/')
  expect(withoutToken('http://127.0.0.1:8080/market?gpu=h100&token=abc#x')).toBe('/market?gpu=h100#x')
})

test('finds the token in what somebody pastes', () => {
  expect(tokenIn(' http://127.0.0.1:8080/?token=abc-123_X ')).toBe('abc-123_X')
  expect(tokenIn('abc-123_X')).toBe('abc-123_X')
  expect(tokenIn('http://127.0.0.1:8080/')).toBeUndefined()
  expect(tokenIn('two words')).toBeUndefined()
})
