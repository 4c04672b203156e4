import type { z } from 'zod'
import { describePlace, describeValue, walkIssues } from '../shape/walk-issues.ts'
import type { Findings } from '../source/findings.ts'
import { meantWord, nearestWord } from '../source/nearest-word.ts'
import type { Path } from '../source/places.ts'
import { isTree, own } from '../source/records.ts'
import { shownName } from '../source/shown-name.ts'
import { refusalOf } from './refused.ts'
import { composeServiceKeys } from './service-schema.ts'

const topKeys = ['services', 'name', 'networks', 'volumes', 'configs', 'secrets', 'x-sublet']
const innerKeys = [
  'limits',
  'reservations',
  'resources',
  'devices',
  'capabilities',
  'driver',
  'count',
  'device_ids',
  'replicas',
  'mode',
  'restart_policy',
  'condition',
  'max_attempts',
  'placement',
  'constraints',
  'cpus',
  'memory',
  'test',
  'interval',
  'timeout',
  'retries',
  'start_period',
  'start_interval',
  'disable',
  'target',
  'published',
  'protocol',
  'app_protocol',
  'host_ip',
  'source',
  'type',
  'read_only',
  'tmpfs',
  'volume',
  'size',
  'external',
  'file',
  'content',
  'environment',
  'name',
  'driver_opts',
  'required',
  'path',
  'format',
  'service',
  'gpu',
  'model',
  'vendor',
  'storage',
  'class',
  'persistent',
  'region',
  'price',
  'policy',
  'duration',
  'uid',
  'gid',
] // prettier-ignore

/** What other formats call a thing, and habit writes here too. */
const otherNames: Readonly<Record<string, string>> = {
  env: 'environment',
  args: 'command',
  cmd: 'command',
  port: 'ports',
  gpu: 'gpus',
  memory: 'mem_limit',
  cpu: 'cpus',
  health: 'healthcheck',
  'depends-on': 'depends_on',
  workdir: 'working_dir',
  replicas: 'scale',
}

const mends: Readonly<Record<string, string>> = {
  services: 'write `services:` with a service below it',
  image: 'add `image: NAME`',
  target: 'add `target: 80`',
  capabilities: 'add `capabilities: [gpu]`',
}

/** Under these keys values are not shown back. */
const guarded = new Set([
  'environment',
  'command',
  'entrypoint',
  'test',
  'content',
  'secrets',
  'labels',
  'driver_opts',
])

/** Says each thing that the schema found in a Compose file, with what was expected and how to mend it. */
export function reportShape(findings: Findings, tree: unknown, issues: readonly z.core.$ZodIssue[]): void {
  walkIssues(tree, issues, [], (misfit) => {
    if (findings.isFull) return
    const { path } = misfit
    if (misfit.kind === 'unknown-key') {
      const { key } = misfit
      findings.error(path, 'compose.unknown-key', `There is no key \`${key.slice(0, 60)}\` here.`, {
        at: 'key',
        mend: unknownKeyMend(path, key),
      })
      return
    }
    const { value, expected } = misfit
    const key = String(misfit.key ?? '')
    if (value === undefined || (value === null && path.length <= 2)) {
      // The services of such a file stand in others, and that they are not taken in is told.
      if (key === 'services' && isTree(tree) && Object.hasOwn(tree, 'include')) return
      const message = path.length === 0 ? 'The file says nothing to run.' : `\`${key}\` is missing.`
      findings.error(path, 'compose.missing', message, { at: 'key', expected, mend: own(mends, key) })
      return
    }
    const hidden = path.some((part) => guarded.has(String(part)))
    findings.error(path, 'compose.value', `${describePlace(path)} ${describeValue(value, hidden)}.`, {
      expected,
      mend: valueMend(path, value, expected, hidden),
    })
  })
}

function unknownKeyMend(path: Path, key: string): string {
  const inService = path.length === 3 && path[0] === 'services'
  const known = path.length === 1 ? topKeys : inService ? composeServiceKeys : innerKeys
  const other = inService ? own(otherNames, key) : undefined
  const meant = other ?? nearestWord(key, known)
  const refused = inService && meant !== undefined ? refusalOf(meant) : undefined
  if (refused !== undefined)
    return `leave it out: \`${meant}\` is refused. ${refused.message} Instead: ${refused.mend}`
  if (meant !== undefined && meant !== key) return `write \`${meant}\`, or leave it out`
  if (path.length === 1 && composeServiceKeys.includes(key)) return 'move it under a service'
  return 'leave it out, or write it as an extension, `x-...`'
}

function valueMend(path: Path, value: unknown, expected: string, hidden: boolean): string | undefined {
  const meant = meantWord(value, expected)
  if (meant !== undefined) return `write ${meant}`
  if (isTree(value) && path.at(-2) === 'environment') {
    const name = shownName(Object.keys(value)[0] ?? '')
    return `write \`${name === '' ? 'NAME' : name}=\` and the value`
  }
  if (typeof value !== 'string') return undefined
  if (expected.startsWith('a list'))
    return hidden ? 'write a list' : `write [${JSON.stringify(value.slice(0, 60))}]`
  // Scalars are text by now, so a bare number is too.
  if (expected.startsWith('a time') && /^\d+$/.test(value)) return `write ${value}s for seconds`
  return undefined
}
