import { isSecretName } from '../looks-secret.ts'
import type { Findings } from '../source/findings.ts'
import type { Path } from '../source/places.ts'
import { isTree, type Tree } from '../source/records.ts'
import { SpelledScalar } from '../source/scalar.ts'
import { fillVariables } from './variables.ts'

/** Under these keys names are the author's own, even where they begin with `x-` or have no value. */
const freeKeys = new Set([
  'environment',
  'labels',
  'annotations',
  'sysctls',
  'driver_opts',
  'extra_hosts',
  'options',
  'ulimits',
])
/** Under these keys an entry without a value says that the thing exists. */
const emptyCounts = new Set([
  'environment',
  'volumes',
  'networks',
  'configs',
  'secrets',
  'services',
  'depends_on',
])

/** Characters that texts with variables may come to, so that a long value named over and over cannot blow up a file. */
const maxFilled = 8 * 1024 * 1024

export interface Prepared {
  tree: unknown
  /** The variables whose values went into a text, by its path, joined by newlines. */
  filled: ReadonlyMap<string, readonly string[]>
  /** Whether a text at a path, or one that holds it, could not be filled in, so that nothing more is to be said of it. */
  isUnfilled: (path: Path) => boolean
}

/** What became of a text. */
interface Filling {
  text: string
  used: readonly string[]
  failed: boolean
}

/** Where the normal form has words for a secret that is kept elsewhere. */
function hasReferences([section, , key]: Path): boolean {
  return section === 'configs' || section === 'secrets' || (section === 'services' && key === 'environment')
}

/**
 * Turns the parsed file into what its schema describes: variables filled in, every scalar made text, extension
 * fields (`x-...`, but for Sublet's own `x-sublet`) and keys without a value taken out.
 */
export function prepareCompose(
  tree: unknown,
  env: Readonly<Record<string, string>>,
  findings: Findings,
  secretsByName: boolean,
): Prepared {
  const filled = new Map<string, readonly string[]>()
  const unset = new Set<string>()
  const unfilled = new Set<string>()
  const seen = new Map<string, Filling>()

  let left = maxFilled
  let told = false

  const tooMuch = (path: Path): string => {
    if (!told)
      findings.error(path, 'compose.too-large', `Variables bring in more than ${maxFilled} characters.`, {
        mend: 'use shorter values',
      })
    told = true
    return ''
  }

  const text = (value: string, path: Path): string => {
    if (!value.includes('$')) return value
    const known = seen.get(value)
    left -= known?.text.length ?? 0
    if (left < 0) return tooMuch(path)
    if (known !== undefined) return place(known, value, path)
    const missing: string[] = []
    const used = new Set<string>()
    const result = fillVariables(value, {
      values: env,
      unset: (name) => missing.push(name),
      used: (name) => used.add(name),
    })
    for (const name of missing) {
      if (unset.has(name)) continue
      unset.add(name)
      findings.warn(
        path,
        'compose.unset-variable',
        `The variable \`${name}\` is not set, so it stands for nothing.`,
        {
          mend: `set ${name}, or write \${${name}:-default}`,
        },
      )
    }
    if ('problem' in result) {
      const { kind, name = '', message } = result.problem
      if (kind === 'required') {
        findings.error(path, 'compose.required-variable', `The variable \`${name}\` ${message}.`, {
          mend: `set ${name}`,
        })
      } else {
        findings.error(path, 'compose.interpolation', `This text ${message}.`, {
          expected: `a variable such as $NAME or \${NAME:-default}`,
          mend: 'write $$ for a dollar sign',
        })
      }
    }
    const out = { text: 'text' in result ? result.text : '', used: [...used], failed: 'problem' in result }
    seen.set(value, out)
    left -= out.text.length
    return left < 0 ? tooMuch(path) : place(out, value, path)
  }

  const place = (filling: Filling, asWritten: string, path: Path): string => {
    filled.set(path.join('\n'), filling.used)
    if (filling.failed) unfilled.add(path.join('\n'))
    const secret = secretsByName && !hasReferences(path) ? filling.used.find(isSecretName) : undefined
    if (secret === undefined) return filling.text
    findings.warn(
      path,
      'compose.secret-kept-out',
      `\`${secret}\` is a secret and no reference can stand here, so the text is left as it is written.`,
      { mend: 'pass it in `environment`' },
    )
    return asWritten
  }

  const visit = (value: unknown, path: Path, key: string): unknown => {
    if (typeof value === 'string') return text(value, path)
    if (value instanceof SpelledScalar) return value.text
    if (Array.isArray(value)) return value.map((item, index) => visit(item, [...path, index], ''))
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    return isTree(value) ? mapping(value, path, key) : value
  }

  const mapping = (record: Tree, path: Path, key: string): Tree => {
    const out: Tree = {}
    for (const [name, value] of Object.entries(record)) {
      if (name.startsWith('x-') && name !== 'x-sublet' && !freeKeys.has(key)) continue
      if (value === null && !emptyCounts.has(key)) continue
      out[name] = visit(value, [...path, name], name)
    }
    return out
  }

  const isUnfilled = (path: Path) =>
    unfilled.size > 0 && path.some((_, index) => unfilled.has(path.slice(0, index + 1).join('\n')))
  return { tree: visit(tree, [], ''), filled, isUnfilled }
}
