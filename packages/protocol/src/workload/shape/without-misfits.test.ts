import { expect, test } from 'vitest'
import { withoutMisfits } from './without-misfits.ts'

const tree = { a: { list: [1, 'bad', { x: 1 }, 4], odd: 1 }, b: 'wrong', c: { d: {} } }

test('takes misfits out and keeps every other place findable', () => {
  const { tree: rest, placeInFile } = withoutMisfits(
    tree,
    [
      { kind: 'misfit', path: ['a', 'list', 1], key: 1, value: 'bad', expected: 'a number' },
      { kind: 'unknown-key', path: ['a', 'odd'], key: 'odd' },
      { kind: 'misfit', path: ['a', 'list', 2, 'needed'], key: 'needed', value: undefined, expected: 'it' },
      { kind: 'misfit', path: ['b'], key: 'b', value: 'wrong', expected: 'a mapping' },
      { kind: 'misfit', path: ['c', 'name'], key: 'name', value: undefined, expected: 'a name' },
    ],
    (path) => (path.join('.') === 'b' ? {} : path.join('.') === 'c.name' ? 'n' : undefined),
  )
  expect(rest).toEqual({ a: { list: [1, 4] }, b: {}, c: { d: {}, name: 'n' } })
  expect(placeInFile(['a', 'list', 0])).toEqual(['a', 'list', 0])
  expect(placeInFile(['a', 'list', 1])).toEqual(['a', 'list', 3])
  expect(placeInFile(['c', 'd'])).toEqual(['c', 'd'])
})

test('says nothing twice: neither of a misfit nor of what holds it', () => {
  const { placeInFile } = withoutMisfits(
    tree,
    [{ kind: 'misfit', path: ['c', 'd', 'e'], key: 'e', value: 1, expected: 'text' }],
    () => undefined,
  )
  expect(placeInFile(['c', 'd', 'e'])).toBeUndefined()
  expect(placeInFile(['c', 'd'])).toBeUndefined()
  expect(placeInFile([])).toEqual([])
  expect(placeInFile(['c', 'f'])).toEqual(['c', 'f'])
})
