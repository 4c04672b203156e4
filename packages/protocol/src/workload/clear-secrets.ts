import type { WorkloadFormat } from './finding.ts'
import { holdsSecret, looksSecret } from './looks-secret.ts'
import { type At, inside, pathOf } from './source/at.ts'
import type { Findings } from './source/findings.ts'
import type { Path } from './source/places.ts'
import { isTree, type Tree } from './source/records.ts'
import { textOf } from './source/scalar.ts'

/** Below these keys stand names and values of the author's own. */
const named: ReadonlySet<string> = new Set(['env', 'environment', 'variables', 'headers'])
/** What stands below these is about sizes, places and prices. */
const passedOver: ReadonlySet<string> = new Set([
  'autoscale',
  'cluster',
  'depends_on',
  'deploy',
  'deployment',
  'endpoints',
  'expose',
  'image',
  'mounts',
  'params',
  'placement',
  'ports',
  'profiles',
  'volumes',
]) // prettier-ignore

/**
 * Warns of every secret that a file holds in clear: in the environment, in commands and texts, and as credentials. It
 * names the key and never the value, and looks at the file as parsed, so that a file with errors is told of them too.
 */
export function warnOfClearSecrets(findings: Findings, tree: unknown, format: WorkloadFormat): void {
  if (isTree(tree)) new Search(findings, format).mapping(tree, undefined)
}

/** A walk through one file. Methods, not functions within a function: those would be made anew for every file. */
class Search {
  readonly #findings: Findings
  readonly #format: WorkloadFormat
  readonly #seen = new Set<object>()

  constructor(findings: Findings, format: WorkloadFormat) {
    this.#findings = findings
    this.#format = format
  }

  mapping(record: Tree, at: At | undefined): void {
    // An alias leads to what was looked at where it stands.
    if (this.#seen.has(record)) return
    this.#seen.add(record)
    for (const key in record) {
      const value = record[key]
      if (value === null || typeof value === 'boolean' || passedOver.has(key)) continue
      if (named.has(key)) this.#names(value, inside(at, key))
      else if (isCredential(at, key)) {
        const text = textOf(value)
        if (text !== undefined && looksSecret('password', text))
          this.#tell(inside(at, key), key, 'credential')
      } else if (typeof value === 'object' || typeof value === 'string') this.#texts(value, at, key, key)
    }
  }

  #names(value: unknown, at: At): void {
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index += 1) {
        const entry = value[index] as unknown
        const split = typeof entry === 'string' ? entry.indexOf('=') : -1
        if (typeof entry !== 'string' || split < 0) continue
        const name = entry.slice(0, split)
        if (looksSecret(name, entry.slice(split + 1))) this.#tell(inside(at, index), name, 'entry')
      }
      return
    }
    if (!isTree(value)) return
    for (const name in value) {
      const text = textOf(value[name])
      if (text !== undefined && looksSecret(name, text)) this.#tell(inside(at, name), name, 'entry')
    }
  }

  #texts(value: unknown, up: At | undefined, key: string | number, name: string): void {
    if (typeof value === 'string') {
      if (holdsSecret(value)) this.#tell(inside(up, key), name, 'text')
    } else if (Array.isArray(value) && !this.#seen.has(value)) {
      this.#seen.add(value)
      const at = inside(up, key)
      for (let index = 0; index < value.length; index += 1) this.#texts(value[index], at, index, name)
    } else if (isTree(value)) this.mapping(value, inside(up, key))
  }

  #tell(place: At, name: string, kind: Kind): void {
    const message =
      kind === 'text'
        ? `\`${name}\` holds what looks like a secret written in clear.`
        : `\`${name}\` looks like a secret written in clear.`
    const path = pathOf(place)
    const at = typeof place.key === 'number' ? 'value' : 'key'
    const mend = mendOf(this.#format, kind, path, name)
    this.#findings.warn(path, 'workload.secret-in-clear', message, { at, mend })
  }
}

/** What is written where, and so how it may be mended. */
type Kind = 'entry' | 'text' | 'credential'

function isCredential(up: At | undefined, key: string): boolean {
  if (key === 'password' || key === 'accessToken' || key === 'SECRET_ACCESS_KEY') return true
  if (key === 'key') return up?.key === 'credentials'
  return key === 'content' && up?.up?.key === 'secrets' && up.up.up === undefined
}

function mendOf(format: WorkloadFormat, kind: Kind, path: Path, name: string): string {
  const reference = name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  switch (format) {
    case 'sublet':
      if (kind === 'entry' && path.at(-2) === 'env')
        return `write \`${name}: {secret: ${reference}}\` and give its value when deploying`
      if (name === 'key')
        return 'write `secret: NAME` in place of `credentials`, and give its value when deploying'
      if (name === 'content' || path.at(-2) === 'files')
        return 'write `{secret: NAME}` in place of the text, and give it when deploying'
      return kind === 'text'
        ? 'pass it in the environment: `env: {NAME: {secret: NAME}}`'
        : 'keep the file to yourself, or use one that may only pull'
    case 'akash':
      if (kind === 'entry')
        return `write \`${name}=ac-secret://${reference}\` and give its value when deploying`
      return kind === 'text'
        ? 'pass it in the environment: `NAME=ac-secret://NAME`'
        : 'keep the file to yourself, or use one that may only pull'
    case 'compose':
      if (kind === 'credential') return 'write `environment: NAME` or `file: ./PATH` in place of it'
      if (kind === 'entry' && typeof path.at(-1) === 'string')
        return `write \`${name}: \${${name}}\` and set it when deploying`
      return kind === 'entry'
        ? `write \`${name}=\${${name}}\` and set it when deploying`
        : `write \`\${NAME}\` in its place, and set NAME when deploying`
    case 'nosana':
      return kind === 'credential' && name === 'password'
        ? 'keep the file to yourself, or use a token that may only pull'
        : 'keep the file to yourself, or convert it to Sublet YAML and write {secret: NAME}'
  }
}
