import { type At, inside, pathOf } from '../source/at.ts'
import type { Findings } from '../source/findings.ts'
import { isTree, type Tree } from '../source/records.ts'
import { SpelledScalar, textOf } from '../source/scalar.ts'
import { resolveGoNumber } from './go-number.ts'

/**
 * Decoding a parsed file the way gopkg.in/yaml.v3 decodes it into Go types: any scalar is text where text is wanted,
 * null leaves the zero value and drops out of lists, unknown keys are passed over, quoted numbers are no numbers.
 *
 * Fields are read without asking whether they are the file's own: no field is called what every object has.
 */

export function wrongType(findings: Findings, at: At | undefined, expected: string, mend?: string): void {
  const key =
    at === undefined
      ? 'The file'
      : typeof at.key === 'number'
        ? `Entry ${at.key + 1} of \`${at.up?.key ?? ''}\``
        : `\`${at.key}\``
  findings.error(pathOf(at), 'akash.type', `${key} is not ${expected}.`, { expected, mend })
}

/** `node.Value`: the text of a scalar, empty for null, lists and mappings. */
export function nodeText(value: unknown): string {
  return textOf(value) ?? ''
}

export function goString(findings: Findings, up: At | undefined, record: Tree, key: string): string {
  const value = record[key]
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return ''
  const text = textOf(value)
  if (text === undefined) wrongType(findings, inside(up, key), 'text')
  return text ?? ''
}

/** A list of texts; null where Go has a nil slice, so that JSON can tell it from an empty one. */
export function goStrings(
  findings: Findings,
  up: At | undefined,
  record: Tree,
  key: string,
): string[] | null {
  const value = record[key]
  if (value === undefined || value === null) return null
  if (!Array.isArray(value)) {
    const text = textOf(value)
    wrongType(
      findings,
      inside(up, key),
      'a list of texts',
      // What is meant for these may be a secret.
      text === undefined ? undefined : `write \`${key}:\` and below it \`- \` before each text`,
    )
    return null
  }
  const list: string[] = []
  for (let index = 0; index < value.length; index += 1) {
    const item: unknown = value[index]
    if (item === null) continue
    const text = textOf(item)
    if (text === undefined) {
      const mend = key === 'env' ? 'write NAME=value, with an equals sign' : 'put it in quotes'
      wrongType(findings, inside(inside(up, key), index), 'text', mend)
    } else list.push(text)
  }
  return list
}

/** NaN where something else was written, so that nothing further is said about it. */
export function goUint32(findings: Findings, up: At | undefined, record: Tree, key: string): number {
  const value = record[key]
  if (value === undefined || value === null) return 0
  const number =
    typeof value === 'number'
      ? value
      : value instanceof SpelledScalar
        ? resolveGoNumber(value.text)
        : undefined
  // Fractions are cut off, as Go does.
  const whole = number === undefined ? Number.NaN : Math.trunc(number)
  if (whole >= 0 && whole <= 4294967295) return whole === 0 ? 0 : whole
  const text = textOf(value)
  const mend = typeof value === 'string' && /^\d+$/.test(value) ? `write ${text} without quotes` : undefined
  wrongType(findings, inside(up, key), 'a whole number from 0 to 4294967295', mend)
  return Number.NaN
}

const yes = new Set(['y', 'Y', 'yes', 'on'])
const no = new Set(['n', 'N', 'no', 'off'])

export function goBool(findings: Findings, up: At | undefined, record: Tree, key: string): boolean {
  const value = record[key]
  if (value === undefined || value === null) return false
  const plain = value instanceof SpelledScalar ? value.value : value
  if (typeof plain === 'boolean') return plain
  if (typeof plain === 'string' && yes.has(plain)) return true
  if (typeof plain === 'string' && no.has(plain)) return false
  wrongType(findings, inside(up, key), 'true or false')
  return false
}

/** A mapping, or undefined for null and absent. */
export function goTree(findings: Findings, up: At | undefined, record: Tree, key: string): Tree | undefined {
  const value = record[key]
  if (value === undefined || value === null) return undefined
  if (isTree(value)) return value
  wrongType(findings, inside(up, key), 'a mapping')
  return undefined
}

/** A list of mappings, each decoded; null entries drop out. */
export function goTrees<Item>(
  findings: Findings,
  up: At | undefined,
  record: Tree,
  key: string,
  decode: (item: Tree, at: At) => Item,
): Item[] {
  const value = record[key]
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) {
    wrongType(findings, inside(up, key), 'a list', 'begin each entry with `- `')
    return []
  }
  const list: Item[] = []
  const listAt = inside(up, key)
  for (let index = 0; index < value.length; index += 1) {
    const item: unknown = value[index]
    if (item === null) continue
    if (isTree(item)) list.push(decode(item, inside(listAt, index)))
    else wrongType(findings, inside(listAt, index), 'a mapping')
  }
  return list
}

/** A mapping of names to mappings, each decoded; a null entry is decoded as an empty one. */
export function goMap<Item>(
  findings: Findings,
  up: At | undefined,
  record: Tree,
  key: string,
  decode: (item: Tree, at: At) => Item,
): Map<string, Item> {
  const tree = goTree(findings, up, record, key)
  const map = new Map<string, Item>()
  if (tree === undefined) return map
  const mapAt = inside(up, key)
  for (const name of Object.keys(tree)) {
    const item = tree[name]
    const at = inside(mapAt, name)
    if (item === null || item === undefined) map.set(name, decode({}, at))
    else if (isTree(item)) map.set(name, decode(item, at))
    else wrongType(findings, at, 'a mapping')
  }
  return map
}

/** `map[string]string`: values as they were spelled, null as empty text. */
export function goTexts(
  findings: Findings,
  up: At | undefined,
  record: Tree,
  key: string,
): [string, string][] | undefined {
  const tree = goTree(findings, up, record, key)
  if (tree === undefined) return undefined
  return Object.keys(tree).map((name) => {
    const value = tree[name]
    const text = value === null ? '' : textOf(value)
    if (text === undefined) wrongType(findings, inside(inside(up, key), name), 'text')
    return [name, text ?? '']
  })
}
