import fc from 'fast-check'

/** What the formats' grammars are made of, and words that mean something to JavaScript. */
export const tokens = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '"',
  "'",
  '\n',
  '  ',
  '- ',
  '&a ',
  '*a',
  '<<: ',
  '!!str ',
  '$',
  '${',
  '%%ops.measure.results.',
  '%%',
  'null',
  '-1',
  '99999',
  '1e999',
  '0x1F',
  '__proto__',
  'constructor',
  'toString',
  '__spread__',
  '\u0000',
  '\uD800',
  'é',
  '~',
  '|',
  '>',
  '#',
  '?',
  '@',
] // prettier-ignore

/** One thing done to a file at any character of it, without regard to its lines. */
export interface Splice {
  at: number
  length: number
  from: number
  kind: 'cut' | 'copy' | 'word' | 'swap'
  word: string
}

/**
 * Cuts, repeats and overwrites pieces of a file at any character, within quotes, keys and numbers. `mutate` breaks lines and
 * values as a whole; each has found faults that the other does not draw.
 */
export function splice(text: string, { at, length, from, kind, word }: Splice): string {
  const place = at % (text.length + 1)
  const [head, tail] = [text.slice(0, place), text.slice(place)]
  const start = from % Math.max(1, text.length)
  const piece = text.slice(start, start + length)
  if (kind === 'cut') return head + tail.slice(length)
  if (kind === 'copy') return head + piece + tail
  return kind === 'word' ? head + word + tail : head + piece + tail.slice(length)
}

/** One to four for a file; fast-check names the seed of those that fail, and shrinks them. */
export const splices: fc.Arbitrary<Splice[]> = fc.array(
  fc.record({
    at: fc.nat(5000),
    length: fc.nat(30),
    from: fc.nat(5000),
    kind: fc.constantFrom('cut', 'copy', 'word', 'swap'),
    word: fc.constantFrom(...tokens),
  }),
  { minLength: 1, maxLength: 4 },
)
