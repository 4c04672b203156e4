import type { WorkloadFormat } from './finding.ts'
import { holdsSecret, looksSecret } from './looks-secret.ts'
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
  const seen = new Set<object>()

  const tell = (path: Path, name: string, kind: Kind) => {
    const message =
      kind === 'text'
        ? `\`${name}\` holds what looks like a secret written in clear.`
        : `\`${name}\` looks like a secret written in clear.`
    const at = typeof path.at(-1) === 'number' ? 'value' : 'key'
    findings.warn(path, 'workload.secret-in-clear', message, { at, mend: mendOf(format, kind, path, name) })
  }

  const names = (value: unknown, path: Path): void => {
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index += 1) {
        const entry = value[index] as unknown
        const split = typeof entry === 'string' ? entry.indexOf('=') : -1
        if (typeof entry !== 'string' || split < 0) continue
        const name = entry.slice(0, split)
        if (looksSecret(name, entry.slice(split + 1))) tell([...path, index], name, 'entry')
      }
      return
    }
    if (!isTree(value)) return
    for (const name in value) {
      const text = textOf(value[name])
      if (text !== undefined && looksSecret(name, text)) tell([...path, name], name, 'entry')
    }
  }

  const texts = (value: unknown, path: Path, name: string): void => {
    if (typeof value === 'string') {
      if (holdsSecret(value)) tell(path, name, 'text')
    } else if (Array.isArray(value) && !seen.has(value)) {
      seen.add(value)
      for (let index = 0; index < value.length; index += 1) texts(value[index], [...path, index], name)
    } else if (isTree(value)) mapping(value, path)
  }

  const mapping = (record: Tree, path: Path): void => {
    // An alias leads to what was looked at where it stands.
    if (seen.has(record)) return
    seen.add(record)
    for (const key in record) {
      const value = record[key]
      if (value === null || typeof value === 'boolean' || passedOver.has(key)) continue
      const at = [...path, key]
      if (named.has(key)) names(value, at)
      else if (isCredential(path, key)) {
        const text = textOf(value)
        if (text !== undefined && looksSecret('password', text)) tell(at, key, 'credential')
      } else if (typeof value === 'object' || typeof value === 'string') texts(value, at, key)
    }
  }

  if (isTree(tree)) mapping(tree, [])
}

/** What is written where, and so how it may be mended. */
type Kind = 'entry' | 'text' | 'credential'

function isCredential(path: Path, key: string): boolean {
  if (key === 'password' || key === 'accessToken' || key === 'SECRET_ACCESS_KEY') return true
  if (key === 'key') return path.at(-1) === 'credentials'
  return key === 'content' && path[0] === 'secrets' && path.length === 2
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
