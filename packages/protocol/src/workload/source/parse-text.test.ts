import { expect, test } from 'vitest'
import { formatFinding } from '../format-finding.ts'
import { readWorkload } from '../read-workload.ts'
import { parseText } from './parse-text.ts'
import { plainOf, textOf } from './scalar.ts'

function refusalOf(input: string | Uint8Array) {
  const parsed = parseText(input)
  return 'refusal' in parsed ? parsed.refusal : undefined
}

test('reads YAML and JSON alike', () => {
  expect(parseText('a: 1\nb: [x, true, null]\n')).toMatchObject({
    documents: [{ a: 1, b: ['x', true, null] }],
  })
  expect(parseText('{\n\t"a": 1,\n\t"b": ["x", true, null]\n}')).toMatchObject({
    documents: [{ a: 1, b: ['x', true, null] }],
  })
})

test('keeps how a scalar was spelled where that says more than its value', () => {
  const parsed = parseText('[1.10, 0x1F, 1_000, True, 1.5, -0, "1.10", 2020-01-01, yes]')
  const list = 'documents' in parsed ? (parsed.documents[0] as unknown[]) : []
  expect(list.map(textOf)).toEqual([
    '1.10',
    '0x1F',
    '1_000',
    'True',
    '1.5',
    '-0',
    '1.10',
    '2020-01-01',
    'yes',
  ])
  expect(plainOf(list)).toEqual([1.1, 31, '1_000', true, 1.5, -0, '1.10', '2020-01-01', 'yes'])
})

test('follows anchors and merges', () => {
  expect(parseText('a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n')).toMatchObject({
    documents: [{ b: { x: 1, y: 3 } }],
  })
})

test('refuses what is hostile or broken, with a place', () => {
  expect(refusalOf('a: 1\nb: 2\na: 3\n')).toMatchObject({ code: 'yaml.duplicate-key', line: 3, column: 1 })
  expect(refusalOf('a:\n  - 1\n\t- 2\n')).toMatchObject({ code: 'yaml.syntax', line: 3 })
  expect(refusalOf('['.repeat(100_000))).toMatchObject({ code: 'yaml.too-deep' })
  expect(refusalOf('a: 1\n__proto__: {x: 1}\n')).toMatchObject({
    code: 'yaml.forbidden-key',
    line: 2,
    column: 1,
  })
  expect(refusalOf('{"\\u005f_proto__": 1}')).toMatchObject({ code: 'yaml.forbidden-key' })
  expect(refusalOf('x'.repeat(1024 * 1024 + 1))).toMatchObject({ code: 'file.too-long' })
  expect(refusalOf('é'.repeat(600_000))).toMatchObject({ code: 'file.too-long' })
  expect(refusalOf(new Uint8Array([0x61, 0xff]))).toMatchObject({ code: 'file.not-utf8' })
  expect(refusalOf('a: !!js/function "x"')).toMatchObject({ code: 'yaml.syntax' })
})

test('an alias bomb is refused before anything walks it', () => {
  const levels = Array.from({ length: 30 }, (_, level) =>
    level === 0 ? 'l0: &l0 [x, x]' : `l${level}: &l${level} [${`*l${level - 1},`.repeat(10)}]`,
  )
  expect(refusalOf(levels.join('\n'))).toMatchObject({ code: 'yaml.too-large' })
})

test('places are found through anchors, merges and JSON', () => {
  const yaml = 'base: &base {image: 5x, cpu: bad}\nservices:\n  web: {<<: *base, memory: 1}\n'
  const places = readWorkload(yaml, { file: 'f', format: 'sublet' }).findings.map((finding) =>
    formatFinding(finding).slice(0, 6),
  )
  expect(places).toEqual(['f:1:30', 'f:3:28', 'f:1:1 '])
  const json = '{\n  "image": "x",\n  "memory": 5\n}'
  expect(readWorkload(json, { file: 'f', format: 'sublet' }).findings[0]).toMatchObject({
    line: 3,
    column: 13,
  })
})

test('a second document is told about', () => {
  expect(readWorkload('image: x\n---\nimage: y\n', { file: 'f' }).findings[0]?.code).toBe(
    'yaml.more-documents',
  )
  expect(readWorkload('image: x\n---\n', { file: 'f' }).findings).toEqual([])
})

test('places are found in long files too, without parsing them a second time', () => {
  const filler = Array.from({ length: 20_000 }, (_, index) => `  K${index}: v`).join('\n')
  const { findings } = readWorkload(`image: x\nenv:\n${filler}\nmemory: 5\n`, { file: 'f', format: 'sublet' })
  expect(findings.map(({ code, line, column }) => [code, line, column])).toEqual([
    ['sublet.value', 20_003, 1],
  ])
})
