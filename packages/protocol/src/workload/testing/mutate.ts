/** Numbers from 0 up to but not including 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const strange = [
  '',
  '""',
  '" "',
  '~',
  'null',
  'true',
  'yes',
  'no',
  '0',
  '-1',
  '1e999',
  '.nan',
  '.inf',
  '0x',
  '0o9',
  '1_0',
  '18446744073709551616',
  '9'.repeat(400),
  '1.',
  '5Gi',
  '5 Gi',
  '16GB',
  '"80"',
  '80.5',
  '[]',
  '{}',
  '[[]]',
  '{a: 1}',
  '- - -',
  '*a',
  '&a x',
  '<<: *a',
  '!!binary x',
  '!x y',
  '? x',
  '|',
  '>-',
  '"\\ud800"',
  '"\\u0000"',
  '\u0000',
  '\ufeff',
  '\u2028',
  '😀',
  '\t',
  '#',
  ': :',
  "'",
  '"',
  '%x',
  '@',
  '`',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '(a+)+$',
  '/../..',
  `$${'{X:-$'}{Y}}`,
  '${',
  '$$',
  '%%ops.a.results.b%%',
  '%%',
  'ac-secret://x',
  'x'.repeat(5000),
  '['.repeat(200),
  '{a: '.repeat(100),
] // prettier-ignore

/** A file with one to four things done to it that people, editors and enemies do. */
export function mutate(files: readonly string[], random: () => number): string {
  const pick = <Item>(list: readonly Item[]): Item | undefined => list[Math.floor(random() * list.length)]
  let text = pick(files) ?? ''
  const times = 1 + Math.floor(random() * 4)
  for (let time = 0; time < times; time += 1) text = mutateOnce(text, files, random, pick)
  return text
}

function mutateOnce(
  text: string,
  files: readonly string[],
  random: () => number,
  pick: <Item>(list: readonly Item[]) => Item | undefined,
): string {
  const lines = text.split('\n')
  const line = Math.floor(random() * lines.length)
  const at = Math.floor(random() * (text.length + 1))
  const odd = pick(strange) ?? ''
  switch (Math.floor(random() * 12)) {
    case 0:
      return lines.toSpliced(line, 1).join('\n')
    case 1:
      return lines.toSpliced(line, 0, lines[line] ?? '').join('\n')
    case 2:
      return lines
        .with(line, `${' '.repeat(Math.floor(random() * 6))}${(lines[line] ?? '').trimStart()}`)
        .join('\n')
    case 3:
    case 4:
      return lines.with(line, (lines[line] ?? '').replace(/:.*$/, `: ${odd}`)).join('\n')
    case 5:
      return lines.with(line, (lines[line] ?? '').replace(/[\w.-]+/, odd)).join('\n')
    case 6:
      return `${text.slice(0, at)}${odd}${text.slice(at)}`
    case 7:
      return text.slice(0, at) + text.slice(at + 1 + Math.floor(random() * 8))
    case 8:
      return text.slice(0, at)
    case 9: {
      const other = (pick(files) ?? '').split('\n')
      const from = Math.floor(random() * other.length)
      return lines.toSpliced(line, 0, ...other.slice(from, from + 1 + Math.floor(random() * 5))).join('\n')
    }
    case 10:
      return `${text.slice(0, at)}${String.fromCharCode(Math.floor(random() * 65536))}${text.slice(at)}`
    default: {
      const [from, to] = [pick(lines) ?? '', pick(lines) ?? '']
      return text.replace(from, to)
    }
  }
}
