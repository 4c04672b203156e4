import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { benchNames } from './bench-names.ts'
import { formatMeasured, type Measured, mergeMeasured, parseMeasured, withTable } from './measured.ts'
import type { BenchRow } from './row.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

test('the README quotes the measured rows, word for word', () => {
  const readme = read('../../README.md')
  const measured = parseMeasured(read('../measured.json'))
  expect(Object.keys(measured).every((name) => (benchNames as readonly string[]).includes(name))).toBe(true)
  expect(withTable(readme, measured)).toBe(readme)
})

const word = fc.stringMatching(/^[a-z0-9 ≤µ×]{1,9}$/)
const row: fc.Arbitrary<BenchRow> = fc.record({
  figure: word,
  ours: word,
  peer: word,
  ratio: word,
  target: fc.oneof(word, fc.constant('–')),
  ok: fc.boolean(),
})
const measured: fc.Arbitrary<Measured> = fc.dictionary(
  fc.constantFrom(...benchNames),
  fc.array(row, { maxLength: 4 }),
  { noNullPrototype: true },
)

test('a run replaces the rows of the benches that ran and leaves the others’ as they were', () => {
  fc.assert(
    fc.property(measured, measured, (before, run) => {
      const merged = mergeMeasured(before, run, benchNames)
      for (const name of benchNames) expect(merged[name]).toEqual(run[name] ?? before[name])
      expect(Object.keys(merged)).toEqual(benchNames.filter((name) => name in merged))
      expect(parseMeasured(formatMeasured(merged))).toEqual(merged)
    }),
  )
})

test('only what stands between the marks changes, and a second writing changes nothing', () => {
  const readme = 'before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n'
  fc.assert(
    fc.property(measured, (rows) => {
      const written = withTable(readme, rows)
      expect(written.startsWith('before\n<!-- bench -->\n| figure |')).toBe(true)
      expect(written.endsWith('|\n<!-- /bench -->\nafter\n')).toBe(true)
      expect(written).not.toContain('old\n')
      expect(withTable(written, rows)).toBe(written)
    }),
  )
  expect(() => withTable('no place', {})).toThrow('<!-- bench -->')
})
