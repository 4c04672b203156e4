/**
 * A plain scalar whose spelling says more than its value: `1.10` is the number 1.1 and the text "1.10", and only the
 * field that holds it knows which was meant. Scalars that print as they were written (`80`, `true`) stay what they are.
 */
export class SpelledScalar {
  readonly text: string
  readonly value: number | boolean | string

  constructor(text: string, value: number | boolean | string) {
    this.text = text
    this.value = value
  }

  /** Keeps js-yaml from taking it for a mapping where it is a key. */
  get [Symbol.toStringTag](): string {
    return 'SpelledScalar'
  }

  toString(): string {
    return this.text
  }

  toJSON(): number | boolean | string {
    return this.value
  }
}

/** The text of a scalar as written, whatever its type; undefined for null, lists and mappings. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return value instanceof SpelledScalar ? value.text : undefined
}

/** The value with every spelling forgotten, copied only where one is found. */
export function plainOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof SpelledScalar) return value.value
  if (Array.isArray(value)) {
    let copy: unknown[] | undefined
    for (let index = 0; index < value.length; index += 1) {
      const plain = plainOf(value[index])
      if (plain === value[index]) continue
      copy ??= value.slice()
      copy[index] = plain
    }
    return copy ?? value
  }
  let copy: Record<string, unknown> | undefined
  for (const [key, inner] of Object.entries(value)) {
    const plain = plainOf(inner)
    if (plain === inner) continue
    copy ??= { ...value }
    copy[key] = plain
  }
  return copy ?? value
}

const number =
  /^[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?$|^[-+]?0(?:o[0-7_]+|x[0-9a-fA-F_]+|b[01_]+)$/
const special: Readonly<Record<string, number>> = {
  '.inf': Number.POSITIVE_INFINITY,
  '.Inf': Number.POSITIVE_INFINITY,
  '.INF': Number.POSITIVE_INFINITY,
  '+.inf': Number.POSITIVE_INFINITY,
  '+.Inf': Number.POSITIVE_INFINITY,
  '+.INF': Number.POSITIVE_INFINITY,
  '-.inf': Number.NEGATIVE_INFINITY,
  '-.Inf': Number.NEGATIVE_INFINITY,
  '-.INF': Number.NEGATIVE_INFINITY,
  '.nan': Number.NaN,
  '.NaN': Number.NaN,
  '.NAN': Number.NaN,
}
const words: ReadonlyMap<string, boolean | null> = new Map([
  ['~', null],
  ['null', null],
  ['Null', null],
  ['NULL', null],
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
])

function isWord(text: string): boolean {
  return text.length <= 5 && words.has(text)
}

function isNumber(text: string): boolean {
  if (countOf(text) !== undefined) return true
  return mayEndNumber(text.charCodeAt(text.length - 1)) && (number.test(text) || Object.hasOwn(special, text))
}

/** A digit (to `f` in hexadecimal), point or underscore, or the end of `.nan`: sizes, versions of images and flags end otherwise. */
function mayEndNumber(last: number): boolean {
  return (
    (last >= 0x30 && last <= 0x39) ||
    (last >= 0x61 && last <= 0x66) ||
    (last >= 0x41 && last <= 0x46) ||
    last === 0x2e ||
    last === 0x5f ||
    last === 0x6e ||
    last === 0x4e
  )
}

/** The number of digits that print as they were written: most are of these, and nothing else need be asked of them. */
function countOf(text: string): number | undefined {
  if (text === '' || text.length > 15 || (text.length > 1 && text.charCodeAt(0) === 0x30)) return undefined
  let count = 0
  for (let index = 0; index < text.length; index += 1) {
    const digit = text.charCodeAt(index) - 0x30
    if (digit < 0 || digit > 9) return undefined
    count = count * 10 + digit
  }
  return count
}

/** Whether a plain scalar is anything but text, by YAML 1.2's core schema plus digits with underscores. */
export function isTyped(text: string | null): boolean {
  if (text === null) return false
  const first = text.charCodeAt(0)
  // Digits, `+`, `-` and `.` begin numbers; the rest begin the words. Nearly all text ends here.
  if ((first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d || first === 0x2e)
    return isNumber(text)
  if (
    first === 0x74 ||
    first === 0x54 ||
    first === 0x66 ||
    first === 0x46 ||
    first === 0x6e ||
    first === 0x4e ||
    first === 0x7e
  )
    return isWord(text)
  return false
}

export function typedScalar(text: string): number | boolean | null | SpelledScalar {
  const count = countOf(text)
  if (count !== undefined) return count
  const word = words.get(text)
  if (word !== undefined) {
    return word === null || String(word) === text ? word : new SpelledScalar(text, word)
  }
  if (Object.hasOwn(special, text)) return new SpelledScalar(text, special[text] ?? Number.NaN)
  // Underscores make text in YAML 1.2 and numbers in 1.1: the reader of the field decides.
  if (text.includes('_')) return new SpelledScalar(text, text)
  const value = numberOf(text)
  return String(value) === text ? value : new SpelledScalar(text, value)
}

function numberOf(text: string): number {
  const negative = text.startsWith('-')
  const digits = negative || text.startsWith('+') ? text.slice(1) : text
  const value = Number(digits)
  return negative ? -value : value
}
