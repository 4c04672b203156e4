import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commandWords } from './command-words.ts'

test('cuts a command line as a shell would', () => {
  expect(commandWords('/bin/sh')).toEqual(['/bin/sh'])
  expect(commandWords(`sh -c 'echo "a b"'  x\\ y ""`)).toEqual(['sh', '-c', 'echo "a b"', 'x y', ''])
  expect(commandWords('  ')).toBeUndefined()
  expect(commandWords("echo 'open")).toBeUndefined()
})

test('gives back any words that were quoted', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (words) => {
      const line = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
      expect(commandWords(line)).toEqual(words)
    }),
  )
})
