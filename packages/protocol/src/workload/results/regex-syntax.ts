/** A regular expression in JavaScript's syntax, taken apart. */
export type RegexNode =
  | { kind: 'set'; test: (character: string) => boolean }
  | { kind: 'sequence'; parts: RegexNode[] }
  | { kind: 'either'; branches: RegexNode[] }
  | { kind: 'capture'; index: number; inner: RegexNode }
  | { kind: 'look'; behind: boolean; negative: boolean; inner: RegexNode }
  /** Every round forgets what the captures `from` up to, but not `to`, held. */
  | {
      kind: 'repeat'
      least: number
      most: number
      greedy: boolean
      inner: RegexNode
      from: number
      to: number
    }
  | { kind: 'back'; index: number }
  | { kind: 'at'; where: 'start' | 'end' | 'word' | 'inside' }

export interface RegexTree {
  root: RegexNode
  captures: number
  /** How large it gets with every counted repeat written out: what matching one character may cost. */
  size: number
}

interface Reader {
  pattern: string
  at: number
  captures: number
  totalCaptures: number
  names: readonly string[]
}

/**
 * Takes a pattern apart that `new RegExp(pattern)` accepts (without flags). Single characters, escapes and classes are
 * left to the language itself: each becomes a test of one character.
 */
export function parseRegex(pattern: string): RegexTree {
  const names = Array.from(pattern.matchAll(/(?<!\\)\(\?<([A-Za-z_$][\w$]*)>/g), ([, name]) => name ?? '')
  const reader: Reader = { pattern, at: 0, captures: 0, totalCaptures: countCaptures(pattern), names }
  const root = readEither(reader)
  return { root, captures: reader.captures, size: sizeOf(root) }
}

function countCaptures(pattern: string): number {
  let count = 0
  let inClass = false
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at]
    if (character === '\\') at += 1
    else if (inClass) inClass = character !== ']'
    else if (character === '[') inClass = true
    else if (character === '(' && (pattern[at + 1] !== '?' || /^\(\?<[^=!]/.test(pattern.slice(at, at + 4))))
      count += 1
  }
  return count
}

/** Least upper bound that is cheap to compute; infinite repeats count their inner part once. */
export function sizeOf(node: RegexNode): number {
  switch (node.kind) {
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + sizeOf(part), 1)
    case 'either':
      return node.branches.reduce((sum, branch) => sum + sizeOf(branch), 1)
    case 'capture':
    case 'look':
      return 1 + sizeOf(node.inner)
    case 'repeat': {
      const times = Number.isFinite(node.most) ? node.most : Math.max(1, node.least)
      return 1 + Math.max(1, times) * sizeOf(node.inner)
    }
    default:
      return 1
  }
}

function readEither(reader: Reader): RegexNode {
  const branches = [readSequence(reader)]
  while (reader.pattern[reader.at] === '|') {
    reader.at += 1
    branches.push(readSequence(reader))
  }
  const [only] = branches
  return branches.length === 1 && only !== undefined ? only : { kind: 'either', branches }
}

function readSequence(reader: Reader): RegexNode {
  const parts: RegexNode[] = []
  while (reader.at < reader.pattern.length) {
    const character = reader.pattern[reader.at]
    if (character === '|' || character === ')') break
    const from = reader.captures + 1
    parts.push(readRepeat(reader, readAtom(reader), from))
  }
  return { kind: 'sequence', parts }
}

const repeatSigns: Readonly<Record<string, readonly [number, number]>> = {
  '*': [0, Number.POSITIVE_INFINITY],
  '+': [1, Number.POSITIVE_INFINITY],
  '?': [0, 1],
}

function readRepeat(reader: Reader, inner: RegexNode, from: number): RegexNode {
  const { pattern } = reader
  const sign = pattern[reader.at] ?? ''
  let bounds = Object.hasOwn(repeatSigns, sign) ? repeatSigns[sign] : undefined
  if (bounds !== undefined) reader.at += 1
  else {
    const counted = sign === '{' ? /^\{(\d+)(,(\d*))?\}/.exec(pattern.slice(reader.at, reader.at + 32)) : null
    if (counted === null) return inner
    const least = Number(counted[1])
    bounds = [
      least,
      counted[2] === undefined ? least : counted[3] === '' ? Number.POSITIVE_INFINITY : Number(counted[3]),
    ]
    reader.at += counted[0].length
  }
  const greedy = pattern[reader.at] !== '?'
  if (!greedy) reader.at += 1
  return { kind: 'repeat', least: bounds[0], most: bounds[1], greedy, inner, from, to: reader.captures + 1 }
}

function readAtom(reader: Reader): RegexNode {
  const { pattern } = reader
  const character = pattern[reader.at]
  if (character === '(') return readGroup(reader)
  if (character === '^' || character === '$') {
    reader.at += 1
    return { kind: 'at', where: character === '^' ? 'start' : 'end' }
  }
  if (character === '[') return setOf(reader, classEnd(pattern, reader.at))
  if (character === '\\') return readEscape(reader)
  return character === '.' ? setOf(reader, reader.at + 1) : literal(reader)
}

function literal(reader: Reader): RegexNode {
  const wanted = reader.pattern[reader.at]
  reader.at += 1
  return { kind: 'set', test: (character) => character === wanted }
}

/** The atom up to `end`, as a test of one character that the language itself performs. */
function setOf(reader: Reader, end: number): RegexNode {
  const atom = new RegExp(`^(?:${reader.pattern.slice(reader.at, end)})$`)
  reader.at = end
  return { kind: 'set', test: (character) => atom.test(character) }
}

function classEnd(pattern: string, from: number): number {
  for (let at = from + 1; at < pattern.length; at += 1) {
    if (pattern[at] === '\\') at += 1
    else if (pattern[at] === ']') return at + 1
  }
  return pattern.length
}

const groupKinds = [
  ['(?:', undefined],
  ['(?=', { behind: false, negative: false }],
  ['(?!', { behind: false, negative: true }],
  ['(?<=', { behind: true, negative: false }],
  ['(?<!', { behind: true, negative: true }],
] as const

function readGroup(reader: Reader): RegexNode {
  const { pattern } = reader
  const kind = groupKinds.find(([sign]) => pattern.startsWith(sign, reader.at))
  if (kind === undefined) {
    const name = /^\(\?<[^>]*>/.exec(pattern.slice(reader.at))
    reader.captures += 1
    const index = reader.captures
    reader.at += name === null ? 1 : name[0].length
    return { kind: 'capture', index, inner: readInside(reader) }
  }
  const [sign, look] = kind
  reader.at += sign.length
  const inner = readInside(reader)
  return look === undefined ? inner : { kind: 'look', ...look, inner }
}

function readInside(reader: Reader): RegexNode {
  const inner = readEither(reader)
  reader.at += 1
  return inner
}

function readEscape(reader: Reader): RegexNode {
  const rest = reader.pattern.slice(reader.at, reader.at + 80)
  if (rest.startsWith('\\b') || rest.startsWith('\\B')) {
    reader.at += 2
    return { kind: 'at', where: rest[1] === 'b' ? 'word' : 'inside' }
  }
  const number = /^\\([1-9]\d*)/.exec(rest)
  if (number !== null && Number(number[1]) <= reader.totalCaptures) {
    reader.at += number[0].length
    return { kind: 'back', index: Number(number[1]) }
  }
  const named = /^\\k<([^>]*)>/.exec(rest)
  if (named !== null && reader.names.includes(named[1] ?? '')) {
    reader.at += named[0].length
    return { kind: 'back', index: namedIndex(reader.pattern, named[1] ?? '') }
  }
  const length =
    /^\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|c[A-Za-z]|[0-3][0-7]{0,2}|[4-7][0-7]?|.)/s.exec(rest)?.[0]
      .length ?? 1
  return setOf(reader, reader.at + length)
}

function namedIndex(pattern: string, name: string): number {
  return countCaptures(pattern.slice(0, pattern.indexOf(`(?<${name}>`))) + 1
}
