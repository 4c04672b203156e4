import { expect, test } from 'vitest'
import { indentAfter, offsetAt } from './caret.ts'

test('finds a place by line and column', () => {
  const text = 'ab\ncde\nf'
  expect(offsetAt(text, 1, 1)).toBe(0)
  expect(offsetAt(text, 2, 3)).toBe(5)
  expect(offsetAt(text, 3, 1)).toBe(7)
  expect(offsetAt(text, 2, 99)).toBe(6)
  expect(offsetAt(text, 99, 1)).toBe(7)
})

test('a new line keeps the indentation and goes deeper after a colon', () => {
  expect(indentAfter('  a: 1', 6)).toBe('  ')
  expect(indentAfter('x\n  services:', 13)).toBe('    ')
  expect(indentAfter('a: 1', 4)).toBe('')
})
