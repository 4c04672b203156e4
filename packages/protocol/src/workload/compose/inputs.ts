import type { ReadOptions } from '../finding.ts'
import { openSource } from '../read-workload.ts'
import { Findings } from '../source/findings.ts'
import { isTree, own, type Tree } from '../source/records.ts'
import { resolveExtends } from './extends.ts'
import { prepareCompose } from './prepare.ts'
import { environmentOf } from './read-compose.ts'

/** What a workload file takes from around it: files beside it, and variables of whoever deploys it. */
export interface WorkloadInputs {
  /** Names as the file writes them, variables filled in. */
  files: readonly string[]
  variables: readonly string[]
}

/** Variables that mean something though no file names them. */
const standingVariables = ['COMPOSE_PROFILES', 'COMPOSE_PROJECT_NAME']

/**
 * Names what has to be given as `files` and `env` when the file is read; only Compose files have such. Give the `.env`
 * beside the file, if there is one, as its values may stand in a name.
 */
export function workloadInputs(text: string, options: ReadOptions): WorkloadInputs {
  const { source, format } = openSource(text, options)
  if (format !== 'compose') return { files: [], variables: [] }
  const unheard = new Findings(source.file, source.text)
  const env = environmentOf({ ...source, findings: unheard })
  const { tree } = prepareCompose(resolveExtends(source.tree, unheard), env, unheard, false)
  const files = new Set(filesNamed(tree))
  const variables = new Set(standingVariables)
  for (const name of variablesNamed(source.text)) variables.add(name)
  for (const name of bareVariables(tree)) variables.add(name)
  return { files: [...files].sort(), variables: [...variables].sort() }
}

/** Variables that a text would have filled in: `$NAME`, `${NAME...}`, and a name alone on a line of an `env_file`. */
export function variablesNamed(text: string): string[] {
  return Array.from(text.matchAll(/\$\{?([A-Za-z_]\w*)|^\s*(?:export\s+)?([A-Za-z_]\w*)\s*$/gm), (match) =>
    String(match[1] ?? match[2]),
  )
}

function* filesNamed(tree: unknown): Generator<string> {
  for (const service of entriesOf(tree, 'services')) {
    const given = own(service, 'env_file')
    for (const entry of Array.isArray(given) ? given : [given]) {
      const path = isTree(entry) ? own(entry, 'path') : entry
      if (typeof path === 'string') yield path
    }
  }
  for (const kind of ['configs', 'secrets']) {
    for (const source of entriesOf(tree, kind)) {
      const path = own(source, 'file')
      if (typeof path === 'string') yield path
    }
  }
}

/** A variable named without a value is the deployer's own; so is one that a config or secret is made of. */
function* bareVariables(tree: unknown): Generator<string> {
  for (const service of entriesOf(tree, 'services')) {
    const environment = own(service, 'environment')
    if (Array.isArray(environment))
      yield* environment.filter((line) => typeof line === 'string' && !line.includes('='))
    else if (isTree(environment)) yield* Object.keys(environment).filter((name) => environment[name] === null)
  }
  for (const kind of ['configs', 'secrets']) {
    for (const source of entriesOf(tree, kind)) {
      const name = own(source, 'environment')
      if (typeof name === 'string') yield name
    }
  }
}

function entriesOf(tree: unknown, key: string): Tree[] {
  const section = isTree(tree) ? own(tree, key) : undefined
  return isTree(section) ? Object.values(section).filter(isTree) : []
}
