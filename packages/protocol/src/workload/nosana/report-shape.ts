import type { z } from 'zod'
import { describePlace, describeValue, walkIssues } from '../shape/walk-issues.ts'
import type { Findings } from '../source/findings.ts'
import { meantWord, nearestWord } from '../source/nearest-word.ts'
import type { Path } from '../source/places.ts'
import { own } from '../source/records.ts'

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
  policy: 'add `"policy": "on-failure"`',
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
const guarded = new Set([
  'env',
  'authentication',
  'IAM',
  'accessToken',
  'headers',
  'body',
  'cmd',
  'entrypoint',
  'variables',
]) // prettier-ignore

/** Says each thing that the schema found, with what was expected and how to mend it. `tree` stands at `base`. */
export function reportShape(
  findings: Findings,
  tree: unknown,
  issues: readonly z.core.$ZodIssue[],
  base: Path = [],
): void {
  walkIssues(tree, issues, base, (misfit) => {
    if (findings.isFull) return
    const { path } = misfit
    if (misfit.kind === 'unknown-key') {
      const { key } = misfit
      findings.error(path, 'nosana.unknown-key', `There is no key \`${key}\` here.`, {
        at: 'key',
        mend: unknownKeyMend(key),
      })
      return
    }
    const { value, expected } = misfit
    const key = String(misfit.key ?? '')
    if (value === undefined) {
      const message = path.length === 0 ? 'The file is empty.' : `\`${key}\` is missing.`
      findings.error(path, 'nosana.missing', message, { at: 'key', expected, mend: own(mends, key) })
      return
    }
    const hidden = path.some((part) => guarded.has(String(part)))
    findings.error(path, 'nosana.value', `${describePlace(path)} ${describeValue(value, hidden)}.`, {
      expected,
      mend: path.length === 0 ? undefined : valueMend(key, value, expected),
    })
  })
}

function valueMend(key: string, value: unknown, expected: string): string | undefined {
  if (value === null) return 'leave it out'
  const meant = expected === 'true or false' ? undefined : meantWord(value, expected)
  if (meant !== undefined) return `write "${meant}"`
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
  mount: 'dest',
  mount_path: 'dest',
}

function unknownKeyMend(key: string): string {
  const near = own(otherNames, key) ?? nearestWord(key, [...knownKeys, ...Object.keys(otherNames)])
  const meant = near === undefined ? undefined : (own(otherNames, near) ?? near)
  if (key === 'timeout' || key === 'trusted_execution_env')
    return 'leave it out; in Sublet YAML the same is `job: {timeout: 1h}` and `tee: cpu`'
  if (meant !== undefined && meant !== key) return `write \`${meant}\`, or leave it out`
  return meant === key ? 'move it to where it belongs, or leave it out' : 'leave it out'
}
