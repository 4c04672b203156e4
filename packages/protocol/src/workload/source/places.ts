import type { EventType, State } from 'js-yaml'
import { isTree } from './records.ts'
import { SpelledScalar } from './scalar.ts'
import { loadYaml } from './yaml-schema.ts'

export type Path = readonly (string | number)[]

export interface Place {
  /** From 1. */
  line: number
  /** From 1. */
  column: number
}

/**
 * Finds where a path stands in the text. It reads the text a second time, so it is asked for only when a finding is to
 * be shown, and reads only when a path is asked for. Linear in the text, and then in what stands beside the path.
 */
export function createPlaceFinder(text: string): (path: Path, at: 'key' | 'value') => Place {
  let lines: readonly number[] | undefined
  let outline: Outline | undefined
  return (path, at) => {
    lines ??= lineStarts(text)
    if (path.length > 0) outline ??= outlineOf(text)
    return placeAt(lines, offsetOf(text, outline, path, at))
  }
}

/** Where keys stand that their mapping has already. */
export function duplicateKeys(text: string): Place[] {
  const lines = lineStarts(text)
  const found: Place[] = []
  const pending = [outlineOf(text).root]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const { children, value } = node
    pending.push(...children)
    if (!isTree(value)) continue
    const known = new Set<string>()
    for (const { key } of eachPair(text, children)) {
      const name = nameOf(key.value)
      if (known.has(name) && name !== '<<') found.push(placeAt(lines, startOf(text, key)))
      known.add(name)
    }
  }
  return found.sort((a, b) => a.line - b.line || a.column - b.column)
}

/** Where the mark stands that begins the second document of a text. */
export function secondDocumentPlace(text: string): Place {
  let isBegun = false
  let offset = 0
  for (const { 0: line, index } of text.matchAll(/^.*$/gm)) {
    const isMark = /^---(\s|$)/.test(line)
    if (isMark && isBegun) {
      offset = index
      break
    }
    // Blanks, comments and directives come before a document; whatever else stands there begins it.
    isBegun ||= isMark || !/^\s*(#.*)?$|^%/.test(line)
  }
  return placeAt(lineStarts(text), offset)
}

export function lineStarts(text: string): number[] {
  const starts = [0]
  for (const { index, 0: ending } of text.matchAll(/\r\n?|\n/g)) starts.push(index + ending.length)
  return starts
}

export function placeAt(starts: readonly number[], offset: number): Place {
  let low = 0
  let high = starts.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
}

/** A node as the parser went over it. */
interface Outlined {
  /** Where the parser began to look for it; blanks, comments, anchors and tags come before the node itself. */
  from: number
  to: number
  value: unknown
  /** Of a list its entries, of a mapping its keys and values in turn. */
  children: Outlined[]
  /** The children of a mapping by key, once somebody asked. */
  pairs?: ReadonlyMap<string, Pair>
}

interface Pair {
  key: Outlined
  value?: Outlined | undefined
}

interface Outline {
  root: Outlined | undefined
  /** Where each list and mapping was written, which its aliases lead to. */
  written: Map<object, Outlined>
}

function outlineOf(text: string): Outline {
  const outline: Outline = { root: undefined, written: new Map() }
  const open: Outlined[] = []
  const listen = (event: EventType, { position, result }: State & { result?: unknown }) => {
    if (event === 'open') {
      open.push({ from: position, to: position, value: undefined, children: [] })
      return
    }
    const node = open.pop()
    if (node === undefined) return
    node.to = position
    node.value = result
    const parent = open.at(-1)
    if (parent === undefined) outline.root ??= node
    else parent.children.push(node)
    if (typeof result === 'object' && result !== null && !outline.written.has(result))
      outline.written.set(result, node)
  }
  try {
    loadYaml(text, (event, state) => listen(event, state), true)
  } catch {
    // What the first reading refused has a place already; whatever was outlined until there serves the rest.
  }
  return outline
}

/** The deepest part of the path that the text has; a field that is missing is reported where it belongs. */
function offsetOf(text: string, outline: Outline | undefined, path: Path, at: 'key' | 'value'): number {
  let node = outline?.root
  let offset = node === undefined ? contentFrom(text, 0) : startOf(text, node)
  for (const [index, segment] of path.entries()) {
    const step = outline === undefined || node === undefined ? undefined : child(text, outline, node, segment)
    if (step === undefined) break
    const { key, value } = step
    const last = index === path.length - 1
    const told = last && at === 'value' ? (written(text, value) ?? key) : (key ?? value)
    if (told !== undefined) offset = startOf(text, told)
    node = value
  }
  return Math.min(offset, Math.max(0, text.length))
}

/** A value left empty stands nowhere. */
function written(text: string, value: Outlined | undefined): Outlined | undefined {
  return value !== undefined && startOf(text, value) < value.to ? value : undefined
}

interface Step {
  key?: Outlined | undefined
  value?: Outlined | undefined
}

function child(text: string, outline: Outline, node: Outlined, segment: string | number): Step | undefined {
  const { value } = node
  if (typeof value !== 'object' || value === null) return undefined
  const home = outline.written.get(value) ?? node
  if (Array.isArray(value)) return entryAt(text, home.children, value, Number(segment))
  if (!isTree(value)) return undefined
  home.pairs ??= pairsOf(text, home.children)
  const own = home.pairs.get(String(segment))
  if (own !== undefined) return own
  const merged = home.pairs.get('<<')?.value
  if (merged === undefined) return undefined
  const list = Array.isArray(merged.value) ? (outline.written.get(merged.value)?.children ?? []) : [merged]
  for (const source of list) {
    const found = child(text, outline, source, segment)
    if (found !== undefined) return found
  }
  return undefined
}

function pairsOf(text: string, children: readonly Outlined[]): Map<string, Pair> {
  const pairs = new Map<string, Pair>()
  // Of a key that is written twice the last counts.
  for (const pair of eachPair(text, children)) pairs.set(nameOf(pair.key.value), pair)
  return pairs
}

/** Keys are what a colon follows. */
function* eachPair(text: string, children: readonly Outlined[]): Generator<Pair> {
  for (let index = 0; index < children.length; index += 1) {
    const key = children[index]
    if (key === undefined) continue
    const next = children[index + 1]
    const value = next !== undefined && text[contentFrom(text, key.to)] === ':' ? next : undefined
    if (value !== undefined) index += 1
    yield { key, value }
  }
}

/** Lists and mappings name nothing that a path could hold. */
function nameOf(key: unknown): string {
  return typeof key === 'object' && key !== null && !(key instanceof SpelledScalar) ? '' : String(key)
}

/** An empty entry of a list in block style has no node; a pair in a list in flow style has two. */
function entryAt(
  text: string,
  children: readonly Outlined[],
  list: readonly unknown[],
  index: number,
): Step | undefined {
  let at = 0
  for (let entry = 0; entry < list.length; entry += 1) {
    const node = children[at]
    if (list[entry] === null && node?.value !== null) {
      if (entry === index) return undefined
      continue
    }
    if (entry === index) return node === undefined ? undefined : { value: node }
    at += node !== undefined && text[contentFrom(text, node.to)] === ':' ? 2 : 1
  }
  return undefined
}

function startOf(text: string, node: Outlined): number {
  let at = contentFrom(text, node.from)
  // What comes after an empty node may have an anchor of its own.
  while (at < node.to && (text[at] === '&' || text[at] === '!')) {
    while (at < node.to && !/[\s,[\]{}]/.test(text[at] ?? ' ')) at += 1
    at = contentFrom(text, at)
  }
  return at
}

/** Past blanks, line breaks and comments. */
function contentFrom(text: string, from: number): number {
  let at = from
  for (;;) {
    const character = text.charCodeAt(at)
    if (character === 0x20 || character === 0x09 || character === 0x0a || character === 0x0d) at += 1
    else if (character === 0x23 && (at === 0 || text.charCodeAt(at - 1) <= 0x20)) {
      const end = text.indexOf('\n', at)
      if (end < 0) return text.length
      at = end + 1
    } else return at
  }
}
