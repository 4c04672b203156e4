import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchesSubject, requirePattern, requireSubject } from './subject.ts'

const word = fc.constantFrom('a', 'b', 'c')
const subjects = fc.array(word, { minLength: 1, maxLength: 4 })

test('matches as the regular expression of the pattern does', () => {
  const pattern = fc
    .tuple(fc.array(fc.oneof(word, fc.constant('*')), { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([words, more]) => (more ? [...words, '>'] : words))
  fc.assert(
    fc.property(pattern, subjects, (wanted, words) => {
      const source = wanted.map((one) => (one === '*' ? '[^.]+' : one === '>' ? '.+' : one)).join('\\.')
      expect(matchesSubject(wanted.join('.'), words.join('.'))).toBe(
        new RegExp(`^${source}$`).test(words.join('.')),
      )
    }),
  )
})

test('refuses what is no subject or pattern', () => {
  for (const subject of ['', 'a..b', '.a', 'a.', 'a b', 'a.*', '>'])
    expect(() => requireSubject(subject)).toThrow(RangeError)
  for (const pattern of ['', 'a..b', '>.a', 'a*', 'a b'])
    expect(() => requirePattern(pattern)).toThrow(RangeError)
  for (const pattern of ['a', '*', '>', 'a.*.b.>']) requirePattern(pattern)
})
