import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
} from 'yaml'

export type Path = readonly (string | number)[]

export interface Place {
  /** From 1. */
  line: number
  /** From 1. */
  column: number
}

/** Past this length the exact parser would take longer than anybody waits; keys are searched for instead. */
const exactLength = 64 * 1024

/**
 * Finds where a path stands in the text. It costs a second parse, slower than the first, so it is asked for only when
 * a finding is to be shown, and parses only when a path is asked for.
 */
export function createPlaceFinder(text: string): (path: Path, at: 'key' | 'value') => Place {
  let document: Document | undefined
  return (path, at) => {
    const start = text.search(/\S/)
    if (path.length === 0) return placeAt(text, start)
    if (text.length > exactLength) return placeAt(text, searched(text, path, start))
    document ??= parseExactly(text)
    return placeAt(text, document === undefined ? start : offsetOf(document, path, at))
  }
}

function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, Math.max(0, offset))
  return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') }
}

function parseExactly(text: string): Document | undefined {
  try {
    return parseDocument(text, {
      uniqueKeys: false,
      strict: false,
      schema: 'failsafe',
      logLevel: 'silent',
      prettyErrors: false,
    })
  } catch {
    // What the fast parser took and this one does not gets the file's beginning as its place.
    return undefined
  }
}

/** Follows the keys of a path forward through the text: right in nearly all files, and linear in every one. */
function searched(text: string, path: Path, start: number): number {
  let offset = start
  for (const key of path) {
    if (typeof key === 'number') continue
    const found = [text.indexOf(`${key}:`, offset), text.indexOf(`"${key}"`, offset)].filter((at) => at >= 0)
    if (found.length === 0) break
    offset = Math.min(...found)
  }
  return offset
}

/** The deepest part of the path that the document has; a field that is missing is reported where it belongs. */
function offsetOf(document: Document, path: Path, at: 'key' | 'value'): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const [index, segment] of path.entries()) {
    const last = index === path.length - 1
    const step = child(document, node, segment)
    if (step === undefined) return offset
    const { key, value } = step
    offset =
      (last && at === 'value' ? (startOf(value) ?? startOf(key)) : (startOf(key) ?? startOf(value))) ?? offset
    node = value
  }
  return offset
}

function child(
  document: Document,
  parent: unknown,
  segment: string | number,
): { key: unknown; value: unknown } | undefined {
  const node = isAlias(parent) ? parent.resolve(document) : parent
  if (isSeq(node)) {
    const item = node.items[Number(segment)]
    return item === undefined ? undefined : { key: undefined, value: item }
  }
  if (!isMap(node)) return undefined
  for (const pair of node.items) {
    if (isPair(pair) && textOfKey(pair.key) === String(segment)) return { key: pair.key, value: pair.value }
  }
  for (const pair of node.items) {
    if (textOfKey(pair.key) !== '<<') continue
    const merged = isAlias(pair.value) ? pair.value.resolve(document) : pair.value
    for (const source of isSeq(merged) ? merged.items : [merged]) {
      const found = child(document, source, segment)
      if (found !== undefined) return found
    }
  }
  return undefined
}

function textOfKey(key: unknown): string | undefined {
  if (isScalar(key)) return String(key.value)
  return typeof key === 'string' ? key : undefined
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined
}
