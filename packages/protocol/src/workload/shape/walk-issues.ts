import type { z } from 'zod'
import type { Path } from '../source/places.ts'
import { isTree, own } from '../source/records.ts'

type Issue = z.core.$ZodIssue

/** One thing that a schema found, with what stands at its place. `value` is undefined where something is missing. */
export type Misfit =
  | { kind: 'unknown-key'; path: Path; key: string }
  | { kind: 'misfit'; path: Path; key: string | number | undefined; value: unknown; expected: string }

/**
 * Walks a schema's issues in the file's own terms. Where several shapes are possible, only the one that was meant
 * speaks: a long list of what else could stand there helps nobody.
 */
export function walkIssues(
  tree: unknown,
  issues: readonly Issue[],
  base: Path,
  visit: (misfit: Misfit) => void,
): void {
  for (const issue of issues) {
    const path = [...base, ...issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))]
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) visit({ kind: 'unknown-key', path: [...path, key], key })
      continue
    }
    const value = valueAt(tree, path, base.length)
    const branch = issue.code === 'invalid_union' ? meantBranch(issue.errors, value) : undefined
    if (branch === undefined)
      visit({ kind: 'misfit', path, key: path.at(-1), value, expected: issue.message })
    else walkIssues(value, branch, path, visit)
  }
}

/** The branch of a union that was meant: it fits the value's kind, and has least to complain about. */
function meantBranch(branches: readonly (readonly Issue[])[], value: unknown): readonly Issue[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  let best: readonly Issue[] | undefined
  let fewest = Number.POSITIVE_INFINITY
  for (const branch of branches) {
    const atRoot = branch.some((issue) => issue.path.length === 0 && issue.code !== 'unrecognized_keys')
    if (branch.length === 0 || atRoot) continue
    const cost = branch.reduce((sum, issue) => sum + costOf(issue, value), 0)
    if (cost < fewest) {
      best = branch
      fewest = cost
    }
  }
  return best
}

function costOf(issue: Issue, value: unknown): number {
  if (issue.code === 'unrecognized_keys') return 3 * issue.keys.length
  // A wrong `type` says that another branch was meant, unless it is only spelled in other letters.
  const discriminates = issue.code === 'invalid_value' && issue.values.length === 1
  if (discriminates && issue.path[0] === 'type' && issue.path.length === 1) {
    const type = isTree(value) ? own(value, 'type') : undefined
    const [wanted] = issue.values
    const alike = typeof type === 'string' && typeof wanted === 'string' && isAlike(type, wanted)
    return alike ? 1 : 20
  }
  return issue.path.length > 1 ? 1 : 2
}

function isAlike(given: string, wanted: string): boolean {
  const [a, b] = [given.toLowerCase(), wanted.toLowerCase()]
  return a === b || (a === 'huggingface' && b === 'hf')
}

/** `tree` is what stands at the path's first `skip` segments. */
function valueAt(tree: unknown, path: Path, skip: number): unknown {
  let value = tree
  for (const key of path.slice(skip)) {
    if (Array.isArray(value)) value = value[Number(key)]
    else if (isTree(value)) value = own(value, String(key))
    else return undefined
  }
  return value
}

/** What is wrong with a value, as the end of a sentence; `hidden` values are not shown back. */
export function describeValue(value: unknown, hidden: boolean): string {
  if (value === null) return 'cannot be empty'
  if (Array.isArray(value)) return 'cannot be this list'
  if (typeof value === 'object') return 'cannot be this mapping'
  const text = JSON.stringify(value) ?? ''
  return hidden || text.length > 60 ? 'has a value that does not fit' : `cannot be ${text}`
}

/** The field as the beginning of a sentence. */
export function describePlace(path: Path): string {
  const key = path.at(-1)
  if (key === undefined) return 'The file'
  return typeof key === 'number' ? `Entry ${key + 1} of \`${path.at(-2) ?? ''}\`` : `\`${key}\``
}
