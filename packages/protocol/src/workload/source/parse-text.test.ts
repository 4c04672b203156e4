import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatFinding } from '../format-finding.ts'
import { readWorkload } from '../read-workload.ts'
import { parseText } from './parse-text.ts'
import { createPlaceFinder } from './places.ts'
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
  expect(refusalOf('a:\n  - 1\n\t- 2\n')).toMatchObject({ code: 'yaml.syntax', line: 3 })
  expect(refusalOf('['.repeat(20_000))).toMatchObject({ code: 'yaml.too-deep' })
  expect(refusalOf('a: 1\n__proto__: {x: 1}\n')).toMatchObject({
    code: 'yaml.forbidden-key',
    line: 2,
    column: 1,
  })
  expect(refusalOf('{"\\u005f_proto__": 1}')).toMatchObject({ code: 'yaml.forbidden-key' })
  expect(refusalOf('x'.repeat(1024 * 1024 + 1))).toMatchObject({ code: 'file.too-long' })
  expect(refusalOf('é'.repeat(600_000))).toMatchObject({ code: 'file.too-long' })
  expect(refusalOf(new Uint8Array([0x61, 0xff]))).toMatchObject({ code: 'file.not-utf8' })
  expect(refusalOf(new Uint8Array([0xff, 0xfe, 0x61, 0]))).toMatchObject({
    message: 'The file is UTF-16 text.',
  })
  expect(refusalOf(new Uint8Array([0x61, 0, 0x3a, 0]))).toMatchObject({ message: 'The file is UTF-16 text.' })
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
  expect(places).toEqual(['f:1:1 ', 'f:1:30', 'f:3:28'])
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

test('places are found in long files too', () => {
  const filler = Array.from({ length: 3000 }, (_, index) => `  K${index}: v # ${'x'.repeat(60)}`).join('\n')
  const { findings } = readWorkload(`image: x\nenv:\n${filler}\nmemory: 5\n`, { file: 'f', format: 'sublet' })
  expect(findings.map(({ code, line, column }) => [code, line, column])).toEqual([['sublet.value', 3003, 9]])
})

test.each([
  ['a: 1\nb:\n  - x\n  -\n  - y: [p, q]\n', ['b', 2, 'y', 1], 5, 12],
  ['a: {b: [c: 1, d]}', ['a', 'b', 1], 1, 15],
  ['? a\n: b\n', ['a'], 2, 3],
  ['"a b": !!str &x\n  text\n', ['a b'], 2, 3],
  ['{"a":\n {"b":\n  [1, {"c": 2}]}}', ['a', 'b', 1, 'c'], 3, 13],
  ['# first\n\na: b # c: d\nc: e\n', ['c'], 4, 4],
  ['a: &a {x: 1}\nb: *a\n', ['b', 'x'], 1, 11],
  ['a: &a {x: 1}\nb: &b {y: 2}\nc: {<<: [*a, *b]}\n', ['c', 'y'], 2, 11],
  ['1.10: x\ntrue: y\n', ['true'], 2, 7],
  ['a:\r\n  b: c\r\n', ['a', 'b'], 2, 6],
  ['a: 1\n---\na: 2\n', ['a'], 1, 4],
  ['a: |\n  text: 1\nb: 2\n', ['b'], 3, 4],
  ['a:\nb: 1\n', ['a'], 1, 1],
  ['a:\n- b\n- c\n', ['a', 1], 3, 3],
  ['a: 1', ['z', 'y'], 1, 1],
] as const)('finds a value where it stands: %j %j', (text, path, line, column) => {
  expect(createPlaceFinder(text)(path, 'value')).toEqual({ line, column })
})

test('finds the keys of any JSON where they stand', () => {
  const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null))
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), tie('tree'), { maxKeys: 4 }),
    ),
  }))
  fc.assert(
    fc.property(tree, fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      const find = createPlaceFinder(text)
      const lines = text.split('\n')
      const visit = (inner: unknown, path: (string | number)[]) => {
        const { line, column } = find(path, 'value')
        const there = lines[line - 1]?.slice(column - 1) ?? ''
        const [first] = JSON.stringify(inner)
        expect(there[0]).toBe(first)
        if (typeof inner !== 'object' || inner === null) {
          expect(there.startsWith(JSON.stringify(inner))).toBe(true)
          return
        }
        for (const [key, next] of Object.entries(inner))
          visit(next, [...path, Array.isArray(inner) ? Number(key) : key])
      }
      visit(value, [])
    }),
  )
})

test('tells every key that is written twice, and reads the rest all the same', () => {
  const text =
    'image: x\nport: 80\nimage: y\nenv: {A: 1, B: 2, A: 3}\nmemroy: 1Gi\nfiles:\n  a: x\n  "a": y\n'
  const { findings, workload } = readWorkload(text, { file: 'f.yaml', format: 'sublet' })
  expect(workload).toBeUndefined()
  expect(findings.map(({ code, line, column }) => [code, line, column])).toEqual([
    ['yaml.duplicate-key', 3, 1],
    ['yaml.duplicate-key', 4, 19],
    ['sublet.unknown-key', 5, 1],
    ['yaml.duplicate-key', 8, 3],
    ['sublet.path', 8, 8],
  ])
})

test('says when there is more to say than is told', () => {
  const text = `image: x\n${Array.from({ length: 300 }, (_, index) => `k${index}: 1\n`).join('')}`
  const { findings } = readWorkload(text, { file: 'f.yaml', format: 'sublet' })
  expect(findings.length).toBe(201)
  expect(findings.at(-1)).toMatchObject({ severity: 'error', code: 'file.more', line: 201 })
})

test('says where in the file it cannot be read', () => {
  const bytes = (text: string) => new TextEncoder().encode(text)
  const broken = (before: string, ...bad: number[]) =>
    Uint8Array.from([...bytes(before), ...bad, ...bytes('\nb: 1\n')])
  expect(refusalOf(broken('# é\na: ', 0xe9))).toMatchObject({ code: 'file.not-utf8', line: 2, column: 4 })
  expect(refusalOf(Uint8Array.from([...bytes('a: '), 0xe2, 0x82]))).toMatchObject({ line: 1, column: 4 })
  expect(refusalOf('a: 1\nb: \u0000\n')).toMatchObject({ line: 2, column: 4 })
  expect(refusalOf(`a: &a [${'x,'.repeat(100)}]\nb: [${'*a,'.repeat(100)}]`)).toMatchObject({
    line: 2,
    column: 5,
  })
  const places = (text: string) =>
    readWorkload(text, { file: 'f', format: 'sublet' }).findings.map(({ code, line }) => [code, line])
  expect(places('# one\n---\nimage: x\n---\nimage: y\n')).toEqual([['yaml.more-documents', 4]])
  expect(places('image: x\n---\nimage: y\n')).toEqual([['yaml.more-documents', 2]])
})
