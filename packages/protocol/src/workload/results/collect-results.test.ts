import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boundedMatch } from './bounded-match.ts'
import { createResultCollector } from './collect-results.ts'
import { parseRegex } from './regex-syntax.ts'
import { compileResultRegex } from './result-regex.ts'

const atom = fc.constantFrom(
  'a',
  'b',
  '.',
  '\\d',
  '\\w',
  '[ab]',
  '[^a]',
  '\\b',
  '^',
  '$',
  '\\x61',
  '\\u0062',
  '\\1',
  '[\\]a-c]',
)
const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { depthSize: 'small' },
    atom,
    fc.tuple(tie('pattern'), tie('pattern')).map((parts) => parts.join('')),
    fc.tuple(tie('pattern'), tie('pattern')).map((parts) => `(?:${parts.join('|')})`),
    tie('pattern').map((inner) => `(${inner})`),
    fc
      .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '*?', '{1,2}', '{2}'))
      .map(([inner, sign]) => `(?:${inner})${sign}`),
    fc
      .tuple(fc.constantFrom('(?=', '(?!', '(?<=', '(?<!'), tie('pattern'))
      .map(([sign, inner]) => `${sign}${inner})`),
  ),
}))

test('matches as the language does, within its steps', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', ' '), maxLength: 10 })
  fc.assert(
    fc.property(pattern, text, (source, line) => {
      // Within a lookbehind the language refers back in the other direction.
      fc.pre(!(source.includes('(?<') && source.includes('\\1')))
      const budget = { steps: 200_000 }
      const found = boundedMatch(parseRegex(source), line, budget)
      if (budget.steps > 0) expect(found?.[0]).toBe(line.match(new RegExp(source))?.[0])
    }),
    { numRuns: 3000 },
  )
})

test('collects matches with their groups, line by line, from the streams that count', () => {
  const collector = createResultCollector([
    { name: 'loss', regex: 'loss=([\\d.]+)', streams: ['stdout'] },
    { name: 'url', regex: '(?<=at )\\S+', streams: ['stdout', 'stderr'] },
    { name: 'ahead', regex: '\\w+(?= tokens)', streams: ['stdout'] },
    { name: 'never', regex: 'zzz', streams: ['stdout'] },
  ])
  collector.add('stdout', 'loss=0.5')
  collector.add('stderr', 'loss=0.4 at http://x/')
  collector.add('stdout', 'loss=0.3, 17 tokens')
  expect(collector.values()).toEqual({
    loss: ['loss=0.5', '0.5', 'loss=0.3', '0.3'],
    url: ['http://x/'],
    ahead: ['17'],
    never: [],
  })
})

const slow = ['(a+)+$', '(a|aa)+$', '(?=(a+)+$)b', '(.*)*(?!x)y', '(x+x+)+y\\1', '(foo|foofoo)+$']

test.each(slow)('refuses %s, which takes exponential time', (regex) => {
  expect(compileResultRegex(regex)).toEqual({ problem: 'can take exponential time' })
})

test.each(['(\\d+\\.)+\\d+', '(?:\\w+ )*end', '"x":(-?[\\d.]+)', '(?:a{1,3}b)+', '(\\w)\\1'])(
  'takes %s, which does not',
  (regex) => {
    expect(compileResultRegex(regex)).toHaveProperty('match')
  },
)

test.each([...slow, '(a?){30}a{30}(?=b)', '.*.*.*.*(?=x)'])(
  'gives %s up when it is matched all the same',
  (regex) => {
    const line = 'a'.repeat(16_000)
    // A backtracking engine would not come back from this.
    expect(() => boundedMatch(parseRegex(regex), line, { steps: 200_000 })).not.toThrow()
  },
)

test.each([
  ['(', 'is not a valid regular expression'],
  ['a'.repeat(1001), 'is longer than 1000 characters'],
  ['(?:a{100}){100}', 'repeats too much for a provider to run it'],
  ['(?i)a{99}', 'is not a valid regular expression'],
])('refuses %s', (regex, problem) => {
  expect(compileResultRegex(regex)).toEqual({ problem })
})

test('keeps at most a thousand values of each result', () => {
  const collector = createResultCollector([{ name: 'x', regex: '\\w', streams: ['stdout'] }])
  for (let count = 0; count < 1500; count += 1) collector.add('stdout', 'a')
  expect(collector.values().x).toHaveLength(1000)
})
