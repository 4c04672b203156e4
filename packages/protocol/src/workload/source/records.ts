import { SpelledScalar } from './scalar.ts'

export type Tree = Record<string, unknown>

/** A mapping of a parsed document, as opposed to a list, a scalar or nothing. */
export function isTree(value: unknown): value is Tree {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof SpelledScalar)
  )
}

/** A property of the object itself, so that a file's `constructor` or `toString` never finds the language's own. */
export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

/** Byte order, the same on every machine and in every language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
