import type { z } from 'zod'
import type { Findings } from '../source/findings.ts'
import { nearestWord } from '../source/nearest-word.ts'
import type { Path } from '../source/places.ts'
import { isTree, own } from '../source/records.ts'

type Issue = z.core.$ZodIssue

/** What to add where a field is missing, or to write in place of what stands there. */
const mends: Readonly<Record<string, string>> = {
  version: 'add `"version": "0.1"`, in quotes, at the top',
  type: 'add `"type": "container"` at the top',
  ops: 'add `"ops": [{"type": "container/run", "id": "main", "args": {"image": "..."}}]`',
  continuous:
    'add `"continuous": false` to this health check, or `true` to have it asked again and again while the service runs',
  expected_status: 'add `"expected_status": 200` to this health check',
  method: 'add `"method": "GET"` to this health check',
  path: 'add `"path": "/"` to this health check',
  expected_response: 'add `"expected_response": "..."` to this health check',
  image: 'add `"image": "..."` to `args`',
  id: 'add `"id": "..."`, a name that no other operation has',
  args: 'add `"args": {"image": "..."}`',
  target: 'add `"target": "/path"`',
  logType: 'add `"logType": ["stdout"]`, or write the expression alone',
  stop_if_dependent_stops: 'add `"depends_on": [...]` beside it, or leave it out',
}

const wrongTypes: Readonly<Record<string, string>> = {
  s3: 'S3',
  hf: 'HF',
  huggingface: 'HF',
  ollama: 'Ollama',
}

/** Under these keys values are not shown back. */
const guarded = new Set(['env', 'authentication', 'IAM', 'headers', 'body', 'cmd', 'entrypoint', 'variables'])

/** Says each thing that the schema found, with what was expected and how to mend it. */
export function reportShape(
  findings: Findings,
  tree: unknown,
  issues: readonly Issue[],
  base: Path = [],
): void {
  for (const issue of issues) reportIssue(findings, tree, issue, [...base, ...issue.path.map(segment)])
}

function segment(key: PropertyKey): string | number {
  return typeof key === 'symbol' ? String(key) : key
}

function reportIssue(findings: Findings, tree: unknown, issue: Issue, path: Path): void {
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) {
      findings.error([...path, key], 'nosana.unknown-key', `There is no key \`${key}\` here.`, {
        at: 'key',
        mend: unknownKeyMend(key),
      })
    }
    return
  }
  if (issue.code === 'invalid_union') {
    const branch = meantBranch(issue.errors, valueAt(tree, path))
    if (branch !== undefined) {
      reportShape(findings, tree, branch, path)
      return
    }
  }
  const value = valueAt(tree, path)
  const key = String(path.at(-1) ?? '')
  if (value === undefined) {
    findings.error(
      path,
      'nosana.missing',
      path.length === 0 ? 'The file is empty.' : `\`${key}\` is missing.`,
      {
        at: 'key',
        expected: issue.message,
        mend: own(mends, key),
      },
    )
    return
  }
  findings.error(path, 'nosana.value', `${describe(path)} ${describeValue(path, value)}.`, {
    expected: issue.message,
    mend: path.length === 0 ? undefined : valueMend(key, value, issue.message),
  })
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
    const meant = typeof type === 'string' ? own(wrongTypes, type.toLowerCase()) : undefined
    return meant !== undefined && issue.values.includes(meant) ? 1 : 20
  }
  return issue.path.length > 1 ? 1 : 2
}

function describe(path: Path): string {
  const key = path.at(-1)
  if (key === undefined) return 'The file'
  return typeof key === 'number' ? `Entry ${key + 1} of \`${path.at(-2) ?? ''}\`` : `\`${key}\``
}

function describeValue(path: Path, value: unknown): string {
  if (value === null) return 'cannot be null'
  if (Array.isArray(value)) return 'cannot be this list'
  if (typeof value === 'object') return 'cannot be this object'
  const text = JSON.stringify(value)
  const shown = text.length <= 60 && !path.some((key) => guarded.has(String(key)))
  return shown ? `cannot be ${text}` : 'has a value that does not fit'
}

function valueMend(key: string, value: unknown, expected: string): string | undefined {
  if (value === null) return 'leave it out'
  if (key === 'type' && typeof value === 'string') {
    const resource = own(wrongTypes, value.toLowerCase())
    if (resource !== undefined) return `write "${resource}"`
    const operation = nearestWord(value, ['container/run', 'container/create-volume'])
    if (operation !== undefined) return `write "${operation}"`
    return expected === '"container"' ? 'write "container"' : undefined
  }
  const quoted = expected.startsWith('text') || expected.startsWith('the text') || expected.startsWith('a ')
  if ((typeof value === 'number' || typeof value === 'boolean') && quoted && !expected.startsWith('a port'))
    return 'put it in quotes'
  if (expected === 'true or false' && (value === 'true' || value === 'false'))
    return `write ${value}, without quotes`
  const isNumber = typeof value === 'string' && /^\d+$/.test(value.trim())
  if (isNumber && /^(a port|a status|gigabytes|a count)/.test(expected))
    return `write ${value.trim()}, without quotes`
  if (key === 'stop_if_dependent_stops') return own(mends, key)
  const range = typeof value === 'string' ? /^(\d+)-(\d+)$/.exec(value) : null
  if (range !== null && Number(range[1]) > Number(range[2])) return `write "${range[2]}-${range[1]}"`
  return undefined
}

const knownKeys = [
  'version',
  'type',
  'ops',
  'meta',
  'global',
  'logistics',
  'deployment_id',
  'id',
  'args',
  'results',
  'execution',
  'image',
  'cmd',
  'entrypoint',
  'env',
  'gpu',
  'work_dir',
  'expose',
  'private',
  'volumes',
  'resources',
  'authentication',
  'aliases',
  'required_vram',
  'output',
  'restart_policy',
  'group',
  'depends_on',
  'stop_if_dependent_stops',
  'port',
  'health_checks',
  'path',
  'method',
  'expected_status',
  'expected_response',
  'continuous',
  'headers',
  'body',
  'url',
  'bucket',
  'buckets',
  'files',
  'target',
  'allowWrite',
  'IAM',
  'repo',
  'revision',
  'accessToken',
  'model',
  'regex',
  'logType',
  'name',
  'dest',
  'variables',
  'send',
  'receive',
  'endpoint',
  'server',
  'username',
  'password',
  'email',
  'policy',
  'restart_tries',
  'chunked',
] // prettier-ignore

const otherNames: Readonly<Record<string, string>> = {
  command: 'cmd',
  environment: 'env',
  ports: 'expose',
  port: 'expose',
  workdir: 'work_dir',
  working_dir: 'work_dir',
  vram: 'required_vram',
  depends: 'depends_on',
  healthcheck: 'health_checks',
  restart: 'restart_policy',
}

function unknownKeyMend(key: string): string {
  const meant = own(otherNames, key) ?? nearestWord(key, knownKeys)
  if (key === 'timeout' || key === 'trusted_execution_env')
    return 'leave it out; in Sublet YAML the same is `job: {timeout: 1h}` and `tee: cpu`'
  if (meant !== undefined && meant !== key) return `write \`${meant}\`, or leave it out`
  return meant === key ? 'move it to where it belongs, or leave it out' : 'leave it out'
}

function valueAt(tree: unknown, path: Path): unknown {
  let value = tree
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)]
    else if (isTree(value)) value = own(value, String(key))
    else return undefined
  }
  return value
}
