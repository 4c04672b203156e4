// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of Compose files
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newEnvBudget, readEnvFile } from './env-file.ts'
import { shellWords } from './shell-words.ts'
import { fillVariables } from './variables.ts'

const values = { SET: 'value', EMPTY: '', N1: '1' }

function fill(text: string) {
  const result = fillVariables(text, { values })
  return 'text' in result ? result.text : `${result.problem.kind}: ${result.problem.message}`
}

test.each([
  ['$SET', 'value'],
  ['${SET}', 'value'],
  ['a${SET}b$N1-', 'avalueb1-'],
  ['$$SET $${SET}', '$SET ${SET}'],
  ['${UNSET}', ''],
  ['${UNSET:-x}', 'x'],
  ['${EMPTY:-x}', 'x'],
  ['${EMPTY-x}', ''],
  ['${SET:-x}', 'value'],
  ['${SET:+yes}', 'yes'],
  ['${EMPTY:+yes}', ''],
  ['${EMPTY+yes}', 'yes'],
  ['${UNSET+yes}', ''],
  ['${UNSET:-${SET}}', 'value'],
  ['${UNSET:-${ALSO:-a$$b}}}', 'a$b}'],
  ['${SET:?no}', 'value'],
  ['${SET:-${MISSING:?never asked}}', 'value'],
  ['${UNSET:?no $SET}', 'required: must be set: no value'],
  ['${EMPTY?no}', ''],
  ['${EMPTY:?}', 'required: must be set'],
  ['${', 'syntax: has a `${` without a name'],
  ['${1}', 'syntax: has a `${` without a name'],
  ['${SET', 'syntax: has a `${` that is not closed'],
  ['${SET!}', 'syntax: has a `${` that is not closed'],
  ['cost: 5$', 'syntax: has a dollar sign that begins no variable'],
  ['$(pwd)', 'syntax: has a dollar sign that begins no variable'],
  ['${A:-'.repeat(20), 'syntax: nests variables deeper than 16'],
])('fills in %s', (text, expected) => {
  expect(fill(text)).toBe(expected)
})

test('gives any text back whose dollar signs are doubled', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(fill(text.replaceAll('$', '$$$$'))).toBe(text)
    }),
  )
})

test('never fails on a text, and tells every variable that is not set', () => {
  const piece = fc.constantFrom('$', '{', '}', 'A', ':-', '?', '+', 'x', '$$', '${A}', '${B:-', ' ')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const result = fillVariables(pieces.join(''), { values: {} })
      expect('text' in result || result.problem.message !== '').toBe(true)
    }),
  )
  const told: string[] = []
  fillVariables('$A ${B} ${C:-$D} ${SET:-$E}', { values, unset: (name) => told.push(name) })
  expect(told).toEqual(['A', 'B', 'D'])
})

test('does not let values grow without end', () => {
  const wide = { W: 'x'.repeat(600_000) }
  expect(fillVariables('$W$W', { values: wide })).toMatchObject({ problem: { kind: 'syntax' } })
})

test.each([
  ['a b  c', ['a', 'b', 'c']],
  ['sh -c "echo hi; sleep 1"', ['sh', '-c', 'echo hi; sleep 1']],
  ["a 'b \"c\\' d", ['a', 'b "c\\', 'd']],
  ['a\\ b "c\\"d\\e" ""', ['a b', 'c"d\\e', '']],
  ['', []],
])('splits %s', (text, words) => {
  expect(shellWords(text)).toEqual(words)
})

test.each(['"open', "it's", 'end\\'])('does not split %s', (text) => {
  expect(shellWords(text)).toBeUndefined()
})

test('reads any value back from single quotes', () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !/['\r\n]/.test(text)),
      (text) => {
        expect(readEnvFile(`A='${text}'`, {}, false, newEnvBudget())).toEqual({
          values: new Map([['A', text]]),
        })
      },
    ),
  )
})

test('says on which line an environment file is wrong', () => {
  expect(readEnvFile('A=1\n=2', {}, false, newEnvBudget())).toEqual({ problem: 'is not NAME=value', line: 2 })
  expect(readEnvFile('A=1\nB="x\ny', {}, false, newEnvBudget())).toEqual({
    problem: 'has a quote that is not closed',
    line: 2,
  })
})

test('bounds what variables grow to, however short their file', () => {
  const doubling = Array.from({ length: 10 }, (_, index) => `L${index + 1}=$L${index}$L${index}`)
  const bomb = [
    `L0=${'x'.repeat(900)}`,
    ...doubling,
    ...Array.from({ length: 500 }, (_, index) => `V${index}=a$L10`),
  ]
  const budget = newEnvBudget()
  expect(readEnvFile(bomb.join('\n'), {}, false, budget)).toEqual({
    problem: 'takes the variables past the 1048576 characters that files may bring in',
    line: 11,
  })
  const many = Array.from({ length: 6_000 }, (_, index) => `K${index}=v`)
  for (const raw of [true, false])
    expect(readEnvFile(many.join('\n'), {}, raw, newEnvBudget())).toEqual({
      problem: 'is past the 5000 variables that files may bring in',
      line: 5_001,
    })
})

test('takes what one file brings in off what the next may', () => {
  const budget = newEnvBudget()
  const file = `A=${'x'.repeat(600_000)}`
  expect(readEnvFile(file, {}, false, budget)).toHaveProperty('values')
  expect(readEnvFile(file, {}, false, budget)).toMatchObject({ line: 1 })
})
