import { expect, test } from 'vitest'
import { createPlaceFinder } from './places.ts'

test.each([
  ['a:\n  b:\n&x c: 1\n', { line: 2, column: 3 }],
  ['a:\n  b: # later\n!!str c: 1\n', { line: 2, column: 3 }],
])('an empty value before a key with an anchor or a tag stands at its own key: %j', (text, place) => {
  expect(createPlaceFinder(text)(['a', 'b'], 'value')).toEqual(place)
})
