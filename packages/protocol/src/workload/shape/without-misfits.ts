import type { z } from 'zod'
import type { Path } from '../source/places.ts'
import { isTree, type Tree } from '../source/records.ts'
import { type Misfit, walkIssues } from './walk-issues.ts'

/** A file without what its schema refused, so that the rest can be looked at in the same breath. */
export interface Remainder {
  tree: unknown
  /** Where a place of the remainder stands in the file; undefined where a misfit was told, or a stand-in is spoken of. */
  placeInFile: (path: Path) => Path | undefined
}

/** What to put in place of a part that others refer to, so that its loss gives no errors of its own. */
export type StandIn = (path: Path) => unknown

/** Taking a part out may leave what holds it incomplete; that goes in the next round. */
const maxRounds = 4

/** What is left of a file when all that its schema refuses is taken out; undefined where nothing would be left. */
export function fittingRemainder(schema: z.ZodType, tree: unknown, standIn: StandIn): Remainder | undefined {
  let rest: Remainder = { tree, placeInFile: (path) => path }
  for (let round = 0; round < maxRounds; round += 1) {
    const { error } = schema.safeParse(rest.tree)
    if (error === undefined) return rest
    const misfits: Misfit[] = []
    walkIssues(rest.tree, error.issues, [], (misfit) => misfits.push(misfit))
    if (misfits.some(({ path }) => path.length === 0)) return undefined
    const { placeInFile: outer } = rest
    const { tree: left, placeInFile: inner } = withoutMisfits(rest.tree, misfits, standIn)
    rest = {
      tree: left,
      placeInFile: (path) => {
        const place = inner(path)
        return place === undefined ? undefined : outer(place)
      },
    }
  }
  return undefined
}

/** Takes misfits out, or puts stand-ins in their places. A part that lacks something goes as a whole. */
export function withoutMisfits(tree: unknown, misfits: readonly Misfit[], standIn: StandIn): Remainder {
  const edits = new Map<string, unknown>()
  const added = new Map<string, [string, unknown][]>()
  const told = new Set<string>()
  const replaced = new Set<string>()
  for (const misfit of misfits) {
    const { path } = misfit
    for (let length = path.length; length > 0; length -= 1) told.add(idOf(path.slice(0, length)))
    const last = path.at(-1)
    const own = standIn(path)
    if (own !== undefined) replaced.add(idOf(path))
    if (misfit.kind === 'unknown-key' || misfit.value !== undefined) edits.set(idOf(path), own)
    else if (own !== undefined && typeof last === 'string') {
      const id = idOf(path.slice(0, -1))
      added.set(id, [...(added.get(id) ?? []), [last, own]])
    } else {
      const holder = path.slice(0, -1)
      edits.set(idOf(holder), standIn(holder))
      replaced.add(idOf(holder))
    }
  }
  const kept = new Map<string, readonly number[]>()

  const rebuild = (value: unknown, path: Path, place: Path): unknown => {
    if (Array.isArray(value)) {
      const indexes: number[] = []
      const out: unknown[] = []
      for (const [index, inner] of value.entries()) {
        const id = idOf([...path, index])
        if (edits.has(id) && edits.get(id) === undefined) continue
        const next = edits.has(id)
          ? edits.get(id)
          : rebuild(inner, [...path, index], [...place, indexes.length])
        indexes.push(index)
        out.push(next)
      }
      if (indexes.length < value.length) kept.set(idOf(place), indexes)
      return out
    }
    return isTree(value) ? rebuildMapping(value, path, place) : value
  }

  const rebuildMapping = (record: Tree, path: Path, place: Path): Tree => {
    const out: Tree = {}
    for (const [key, inner] of Object.entries(record)) {
      const id = idOf([...path, key])
      const next = edits.has(id) ? edits.get(id) : rebuild(inner, [...path, key], [...place, key])
      if (next !== undefined) out[key] = next
    }
    for (const [key, value] of added.get(idOf(path)) ?? []) out[key] = value
    return out
  }

  const placeInFile = (place: Path): Path | undefined => {
    const path = place.map((key, at) =>
      typeof key === 'number' ? (kept.get(idOf(place.slice(0, at)))?.[key] ?? key) : key,
    )
    const isOurs = path.some((_, at) => replaced.has(idOf(path.slice(0, at + 1))))
    return isOurs || told.has(idOf(path)) ? undefined : path
  }
  return { tree: rebuild(tree, [], []), placeInFile }
}

function idOf(path: Path): string {
  return JSON.stringify(path)
}
