import { parseShallowJson } from '../source/json-depth.ts'
import { isTree, type Tree } from '../source/records.ts'
import { removeIfEmpty } from './job-schema.ts'
import { type Literal, literalOf, literalsIn, replaceLiterals } from './literals.ts'

/**
 * What a literal stands for: text, or the list that a result is (each match of its expression, in order). Undefined
 * when it is not known.
 */
export type Lookup = (literal: Literal) => string | readonly string[] | undefined

export interface Interpolated {
  args: Tree
  /** Literals that are left in. */
  unresolved: Literal[]
  /** Operators whose value is not what they need, each a sentence. */
  problems: string[]
}

/** Characters that literals may bring into one operation, so that a variable named over and over cannot blow it up. */
const maxFilled = 4 * 1024 * 1024
/** Longest list or object that an operator may bring in, so that no output can blow up a service. */
const maxSpread = 1000

/**
 * Fills an operation's arguments in: literals first, then the operators `__spread__`, `__pairs__` and
 * `__remove-if-empty__`, as Nosana's hosts do. Whatever holds a literal that is not known stays as it is.
 */
export function interpolateArgs(args: Tree, lookup: Lookup): Interpolated {
  const work: Work = { lookup, unresolved: [], problems: [], left: maxFilled }
  const { expose } = args
  const alone = isTree(expose) && Object.hasOwn(expose, '__spread__')
  const filled = mapping(alone ? { ...args, expose: [expose] } : args, work)
  for (const [key, value] of Object.entries(filled)) {
    if (!Array.isArray(value) || !value.includes(removeIfEmpty)) continue
    // With a literal still open nobody knows yet whether the list will be empty.
    if (value.some(holdsLiteral)) continue
    const rest = value.filter((item) => item !== removeIfEmpty)
    if (rest.length === 0) delete filled[key]
    else filled[key] = rest
  }
  return { args: filled, unresolved: work.unresolved, problems: work.problems }
}

interface Work {
  lookup: Lookup
  unresolved: Literal[]
  problems: string[]
  /** Characters that may still be filled in. */
  left: number
}

function holdsLiteral(value: unknown): boolean {
  if (typeof value === 'string') return literalsIn(value).length > 0
  if (Array.isArray(value)) return value.some(holdsLiteral)
  return isTree(value) && Object.values(value).some(holdsLiteral)
}

function visit(value: unknown, work: Work): unknown {
  if (typeof value === 'string') return scalar(value, work)
  if (Array.isArray(value)) return value.flatMap((item) => listItem(item, work))
  return isTree(value) ? mapping(value, work) : value
}

/** A text in the place of a text stays one: several matches are joined by spaces. */
function scalar(text: string, work: Work): string {
  return replaceLiterals(text, (literal) => {
    const value = resolve(literal, work)
    return value === undefined ? undefined : typeof value === 'string' ? value : value.join(' ')
  })
}

/** A literal that is a whole list item may become any number of items, or objects where its text is JSON. */
function listItem(item: unknown, work: Work): unknown[] {
  if (typeof item === 'string') {
    const literal = literalOf(item)
    if (literal === undefined) return [scalar(item, work)]
    const value = resolve(literal, work)
    if (value === undefined) return [item]
    return limit((typeof value === 'string' ? [value] : value).flatMap(tokens), item, work)
  }
  if (isTree(item) && typeof item.__spread__ === 'string') {
    const literal = literalOf(item.__spread__)
    const value = literal === undefined ? undefined : resolve(literal, work)
    return value === undefined ? [item] : spreadList(value, item.chunked === true, item.__spread__, work)
  }
  return [visit(item, work)]
}

/** Nested lists are laid flat; an object is one item. */
function tokens(text: string): unknown[] {
  const value = jsonIfStructure(text)
  return Array.isArray(value)
    ? value.flatMap((item) => (typeof item === 'string' ? tokens(item) : [item].flat()))
    : [value]
}

function jsonIfStructure(text: string): unknown {
  const trimmed = text.trim()
  if (!trimmed.startsWith('[') && !trimmed.startsWith('{')) return text
  return parseShallowJson(trimmed) ?? text
}

function spreadList(
  value: string | readonly string[],
  chunked: boolean,
  name: string,
  work: Work,
): unknown[] {
  const pieces = typeof value === 'string' ? [value] : [...value]
  const list =
    chunked || pieces.length === 1 ? parseShallowJson(pieces.join('')) : pieces.map(jsonIfStructure)
  if (Array.isArray(list)) return limit(list.flat(), name, work)
  if (isTree(list)) return [list]
  work.problems.push(`${name} is not a JSON list, which __spread__ needs here`)
  return []
}

function limit(items: unknown[], name: string, work: Work): unknown[] {
  if (items.length <= maxSpread) return items
  work.problems.push(`${name} brings in more than ${maxSpread} items`)
  return []
}

function mapping(tree: Tree, work: Work): Tree {
  const out = new Map<string, unknown>()
  for (const [key, value] of Object.entries(tree)) if (!isOperator(key)) out.set(key, visit(value, work))
  for (const [key, value] of Object.entries(tree)) {
    if (!isOperator(key)) continue
    const literal = typeof value === 'string' ? literalOf(value) : undefined
    const given = literal === undefined ? value : resolve(literal, work)
    if (given === undefined || (literal === undefined && holdsLiteral(value))) {
      out.set(key, value)
      continue
    }
    const entries = key === '__spread__' ? objectEntries(given) : pairEntries(given)
    if (entries === undefined) {
      const shape = key === '__spread__' ? 'a JSON object' : 'a JSON list of {"key", "value"}'
      work.problems.push(`${literal?.text ?? key} is not ${shape}, which ${key} needs here`)
    } else if (entries.length > maxSpread) {
      work.problems.push(`${literal?.text ?? key} brings in more than ${maxSpread} entries`)
    } else for (const [name, inner] of entries) if (name !== '__proto__') out.set(name, inner)
  }
  return Object.fromEntries(out)
}

function isOperator(key: string): boolean {
  return key === '__spread__' || key === '__pairs__'
}

/** A result is a list of matches; the first that is JSON of the wanted shape counts. */
function structures(given: unknown): unknown[] {
  if (typeof given === 'string') return [parseShallowJson(given)]
  return Array.isArray(given)
    ? [...given.map((item) => (typeof item === 'string' ? parseShallowJson(item) : item)), given]
    : [given]
}

function objectEntries(given: unknown): [string, unknown][] | undefined {
  const found = structures(given).find(isTree)
  return found === undefined ? undefined : Object.entries(found)
}

function pairEntries(given: unknown): [string, unknown][] | undefined {
  const isPair = (item: unknown) => isTree(item) && typeof item.key === 'string'
  const list = structures(given).find((item): item is Tree[] => Array.isArray(item) && item.every(isPair))
  return list?.map(({ key, value }) => [String(key), value ?? ''])
}

function resolve(literal: Literal, work: Work): string | readonly string[] | undefined {
  if (work.left < 0) return ''
  const value = work.lookup(literal)
  if (value === undefined) work.unresolved.push(literal)
  else
    work.left -= typeof value === 'string' ? value.length : value.reduce((sum, item) => sum + item.length, 0)
  if (work.left < 0) work.problems.push(`the literals bring in more than ${maxFilled} characters`)
  return value
}
