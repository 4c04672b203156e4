import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readingProblem } from '../testing/check-reading.ts'
import { type LargeFile, largeFile, largeFiles } from '../testing/large-files.ts'
import { maxValues, parseText } from './parse-text.ts'
import { markExcess, maxMarks } from './work-bound.ts'
import { loadYaml } from './yaml-schema.ts'

/** Nodes that the parser opens; it may fail on the way. */
function nodesOpened(text: string): number {
  let count = 0
  try {
    loadYaml(text, (event) => {
      if (event === 'open') count += 1
    })
  } catch {
    // What it opened until there counts.
  }
  return count
}

/** The file as long as it may be without being refused for its marks. */
function justWithin(file: LargeFile): string {
  let length = 1024 * 1024
  while (markExcess(largeFile(file, length)) !== undefined) length >>= 1
  return largeFile(file, length)
}

test.each(largeFiles)('$name: bounded work, and a reason if refused', (file) => {
  expect(readingProblem(largeFile(file, 1024 * 1024 - 10))).toBeUndefined()
  const within = justWithin(file)
  expect(nodesOpened(within)).toBeLessThan(maxMarks / 4)
  expect(readingProblem(within)).toBeUndefined()
})

test('whatever the text, the parser opens a bounded number of nodes for each mark', () => {
  const pieces = [
    '[',
    ']',
    '{',
    '}',
    ',',
    ': ',
    '- ',
    '? ',
    '\n',
    '  ',
    '&a ',
    '*a',
    '!!str ',
    '"',
    "'",
    'x',
    '|',
    '# ',
  ] // prettier-ignore
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 400 }), (list) => {
      const text = list.join('')
      expect(nodesOpened(text)).toBeLessThanOrEqual(4 * list.length + 4)
    }),
    { numRuns: 500 },
  )
})

test('a file that is mostly text may be long', () => {
  const text = `image: x\nport: 80\nfiles:\n  /etc/app.txt:\n    content: |\n${'      a line of some sixty letters, as a configuration has them\n'.repeat(10_000)}`
  expect('refusal' in parseText(text)).toBe(false)
})

test('values are counted as often as aliases repeat them', () => {
  const text = `a: &a [${'x,'.repeat(100)}]\nb: [${'*a,'.repeat(maxValues / 100)}]`
  expect(parseText(text)).toMatchObject({ refusal: { code: 'yaml.too-large' } })
})
