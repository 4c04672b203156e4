import { z } from 'zod'
import type { Findings } from '../source/findings.ts'
import { meantWord, nearestWord } from '../source/nearest-word.ts'
import type { Path } from '../source/places.ts'
import { isTree, own, type Tree } from '../source/records.ts'

type Issue = z.core.$ZodIssue

/** What other formats call a thing, and habit writes here too. */
const otherNames: Readonly<Record<string, string>> = {
  environment: 'env',
  entrypoint: 'command',
  cmd: 'command',
  expose: 'ports',
  healthcheck: 'health',
  count: 'replicas',
  scale: 'replicas',
  instances: 'replicas',
  cpus: 'cpu',
  mem: 'memory',
  ram: 'memory',
  disk: 'storage',
  gpus: 'gpu',
  workdir: 'working-dir',
  credentials: 'registry',
  class: 'class',
  regions: 'region',
  model: 'gpu',
  profile: 'placement',
  ttl: 'duration',
  timeout: 'duration',
  'max-price': 'price',
  endpoints: 'ips',
  models: 'model',
  proto: 'protocol',
  global: 'public',
  accept: 'hosts',
}
/** Parts of a file whose values are not shown back. */
const guarded = new Set(['env', 'registry', 'files', 'headers', 'body', 'command', 'args', 'credentials'])

/** Says each thing that the schema found, in the words of the schema, with what was written and how to mend it. */
export function reportIssues(
  findings: Findings,
  schema: z.ZodType,
  tree: unknown,
  issues: readonly Issue[],
  base: Path = [],
): void {
  for (const issue of issues) report(findings, schema, tree, issue, [...base, ...issue.path.map(segment)])
}

function segment(key: PropertyKey): string | number {
  return typeof key === 'symbol' ? String(key) : key
}

function report(findings: Findings, schema: z.ZodType, tree: unknown, issue: Issue, path: Path): void {
  if (findings.isFull) return
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path)
    for (const key of issue.keys) if (!findings.isFull) reportUnknownKey(findings, [...path, key], key, known)
    return
  }
  const value = valueAt(tree, path)
  if (issue.code === 'invalid_union' && typeof value === 'object' && value !== null) {
    // The branch that went deepest is the one that was meant.
    const meant = issue.errors.find(
      (branch) =>
        branch.length > 0 &&
        branch.every((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys'),
    )
    if (meant !== undefined) {
      reportIssues(findings, schema, tree, meant, path)
      return
    }
  }
  reportValue(findings, path, value, issue.message)
}

function reportUnknownKey(findings: Findings, path: Path, key: string, known: readonly string[]): void {
  const habits = Object.keys(otherNames).filter((habit) => known.includes(otherNames[habit] ?? ''))
  const near = nearestWord(key, [...known, ...habits])
  const meant = near === undefined || known.includes(near) ? near : own(otherNames, near)
  findings.error(path, 'sublet.unknown-key', `There is no key \`${key}\` here.`, {
    at: 'key',
    ...(meant === undefined ? { expected: `one of ${known.join(', ')}` } : { mend: `write \`${meant}\`` }),
  })
}

function reportValue(findings: Findings, path: Path, value: unknown, expected: string): void {
  const name = nameOf(path)
  if (value === undefined || value === null) {
    const at = value === undefined ? ('key' as const) : ('value' as const)
    findings.error(path, 'sublet.missing', `${name} is missing.`, { expected, at })
    return
  }
  findings.error(path, 'sublet.value', `${name} ${describe(path, value)}.`, {
    expected,
    mend: mendOf(value, expected, isGuarded(path)),
  })
}

/** What a path's last part is called: a key by itself, an entry of a list by its list. */
function nameOf(path: Path): string {
  const last = path.at(-1)
  if (last === undefined) return 'The file'
  return typeof last === 'number' ? `Entry ${last + 1} of \`${path.at(-2) ?? 'the list'}\`` : `\`${last}\``
}

function describe(path: Path, value: unknown): string {
  if (Array.isArray(value)) return 'cannot be a list'
  if (typeof value === 'object') return 'cannot be a mapping'
  if (isGuarded(path)) return 'has a value that does not fit'
  const text = String(value)
  return text.length > 60 ? 'has a value that does not fit' : `cannot be ${JSON.stringify(value)}`
}

function isGuarded(path: Path): boolean {
  return path.some((key) => guarded.has(String(key)))
}

function mendOf(value: unknown, expected: string, isHidden: boolean): string | undefined {
  const meant = meantWord(value, expected)
  if (meant !== undefined) return `write ${meant}`
  if (isHidden)
    return expected.startsWith('a list') ? 'write each word as an entry of its own: [one, two]' : undefined
  if (typeof value === 'number' && expected.startsWith('a size')) return `write ${value}Mi for mebibytes`
  if (typeof value === 'number' && expected.startsWith('a length of time'))
    return `write ${value}s for seconds`
  if (typeof value === 'string' && expected.startsWith('a list of texts'))
    return `write ${JSON.stringify(value.split(/\s+/))}`
  if (typeof value === 'string' && expected.startsWith('a list')) return `write [${value}]`
  return undefined
}

function valueAt(tree: unknown, path: Path): unknown {
  let value = tree
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)]
    else if (isTree(value)) value = own(value as Tree, String(key))
    else return undefined
  }
  return value
}

/** The keys that the schema knows at a path. */
function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  let options = unfold(schema)
  for (const key of path) options = options.flatMap((option) => step(option, key)).flatMap(unfold)
  return options.flatMap((option) => (option instanceof z.ZodObject ? Object.keys(option.shape) : []))
}

function step(schema: z.ZodType, key: string | number): z.ZodType[] {
  if (schema instanceof z.ZodObject) {
    const inner = own(schema.shape as Record<string, z.ZodType>, String(key))
    return inner === undefined ? [] : [inner]
  }
  if (schema instanceof z.ZodRecord) return [schema.valueType as z.ZodType]
  if (schema instanceof z.ZodArray) return [schema.element as z.ZodType]
  return []
}

function unfold(schema: z.ZodType): z.ZodType[] {
  if (schema instanceof z.ZodOptional) return unfold(schema.unwrap() as z.ZodType)
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => unfold(option as z.ZodType))
  return [schema]
}
