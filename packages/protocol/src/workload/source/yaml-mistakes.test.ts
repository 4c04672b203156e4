import { expect, test } from 'vitest'
import { parseText } from './parse-text.ts'
import { yamlMistake } from './yaml-mistakes.ts'

function refusalOf(text: string) {
  const parsed = parseText(text)
  return 'refusal' in parsed ? parsed.refusal : undefined
}

test.each([
  ['{"a": 1 "b": 2}', 'Put a comma'],
  ['a: [1 2, ]\nb: {c: 1,, d: 2}\n', 'Leave it out'],
  ['a: [1, 2\nb: 1\n', 'comma'],
  ['a: [1, 2', 'Close it with'],
  ["a: 'it's'\n", 'column'],
  ["a: 'it\n", 'Close it; within single quotes'],
  ['a: "it', 'Close it; within single quotes'],
  ['a: 1\n b: 2\n', 'same column'],
  ['a:\n  - 1\n - 2\n', 'same column'],
  ['a: b: c\n', 'into quotes'],
  ['services:\n  web\n  image: x\n', 'with a colon'],
  ['a: 1\nb\n', 'Write `KEY: VALUE`'],
  ['a:\n\tb: 1\n', 'Indent with spaces'],
  ['a: |x\n', 'Write `|` alone'],
  ['a: "C:\\Users"\n', 'two backslashes'],
  ['a: "x\u0007"\n', 'such as "\\u0007"'],
  ['a: *hunter2\n', 'no alias'],
  ['a: * b\n', 'into quotes'],
  ['a: &x &y 1\n', 'Keep one'],
  ['%YAML 7.7.7\n---\na: 1\n', 'Leave the line out'],
  ['a: !hunter2 1\n', 'exclamation mark'],
  ['a: !<tag:hunter2> 1\n', 'exclamation mark'],
])('%j is told with its mend', (text, mend) => {
  const refusal = refusalOf(text)
  expect(refusal).toMatchObject({ code: 'yaml.syntax', mend: expect.stringContaining(mend) })
  expect(JSON.stringify(refusal)).not.toContain('hunter2')
})

test('what nobody has words for keeps what it names to itself', () => {
  const { message, mend } = yamlMistake('something new about "hunter2"', 'a: hunter2')
  expect(message + mend).not.toContain('hunter2')
})
