import { holdsSecret, isSecretName } from '../looks-secret.ts'
import type { Path } from '../source/places.ts'
import { compareText, own } from '../source/records.ts'
import { shownName } from '../source/shown-name.ts'
import type { EnvEntry } from '../workload.ts'
import { readEnvFile } from './env-file.ts'
import { fileNamed } from './files.ts'
import { composeFlag } from './quantities.ts'
import type { Scope } from './scope.ts'
import type { ComposeService } from './service-schema.ts'

/** A service's environment: its `env_file`s in order, then `environment` over them. */
export function mapEnvironment(service: ComposeService, path: Path, scope: Scope): EnvEntry[] {
  const values = new Map<string, EnvEntry>()
  const set = (name: string, value: string, variables: readonly string[]) => {
    const isSecret = [name, ...variables].some(isSecretName) || holdsSecret(value)
    values.set(
      name,
      scope.secretsByName && isSecret ? { name, secret: variables[0] ?? name } : { name, value },
    )
  }
  for (const [name, value] of fromFiles(service.env_file, [...path, 'env_file'], scope)) set(name, value, [])
  for (const { name, value, at } of entriesOf(service.environment, [...path, 'environment'])) {
    if (name === '' || /[\s\0]/.test(name)) {
      const shown = shownName(name)
      scope.findings.error(at, 'compose.env-name', 'What stands before the value cannot name a variable.', {
        expected: 'NAME=value',
        mend: shown === '' ? undefined : `write \`${shown}=\` and the value`,
      })
      continue
    }
    const given = value ?? own(scope.env, name)
    if (given === undefined) {
      // Without a value the variable is the deployer's own; not set there, it is not set here.
      scope.findings.warn(
        at,
        'compose.unset-variable',
        `\`${name}\` has no value and is not set, so it is left out.`,
        {
          at: 'key',
          mend: `set ${name}, or write a value`,
        },
      )
      continue
    }
    const variables = value === undefined ? [name] : scope.filledBy(at)
    const [first] = variables ?? []
    if (variables === undefined || first === undefined) values.set(name, { name, value: given })
    // Where a variable is not the whole value, it does not name it.
    else set(name, given, given === own(scope.env, first) ? variables : [name, ...variables])
  }
  return [...values.values()].sort((a, b) => compareText(a.name, b.name))
}

interface Entry {
  name: string
  /** Undefined when only a name is written. */
  value: string | undefined
  at: Path
}

function entriesOf(environment: ComposeService['environment'], path: Path): Entry[] {
  if (environment === undefined) return []
  if (Array.isArray(environment)) {
    return environment.map((line, index) => {
      const sign = line.indexOf('=')
      const at = [...path, index]
      return sign < 0
        ? { name: line, value: undefined, at }
        : { name: line.slice(0, sign), value: line.slice(sign + 1), at }
    })
  }
  return Object.entries(environment).map(([name, value]) => ({
    name,
    value: value === null ? undefined : String(value),
    at: [...path, name],
  }))
}

function* fromFiles(
  given: ComposeService['env_file'],
  path: Path,
  scope: Scope,
): Generator<[string, string]> {
  const list = typeof given === 'string' ? [given] : (given ?? [])
  for (const [index, entry] of list.entries()) {
    const at = typeof given === 'string' ? path : [...path, index]
    const file = typeof entry === 'string' ? { path: entry } : entry
    const text = fileNamed(file.path, scope)
    if (text === undefined) {
      if (composeFlag(('required' in file ? file.required : undefined) ?? true) === false) continue
      scope.findings.error(
        at,
        'compose.file-missing',
        `The file \`${file.path.slice(0, 80)}\` was not given.`,
        {
          mend: 'keep it beside the Compose file, or write `{path: ..., required: false}`',
        },
      )
      continue
    }
    const read = readEnvFile(text, scope.env, 'format' in file && file.format === 'raw', scope.envBudget)
    if ('problem' in read) {
      scope.findings.error(
        at,
        'compose.env-file',
        `Line ${read.line} of \`${file.path.slice(0, 80)}\` ${read.problem}.`,
        {
          expected: 'NAME=value on every line',
        },
      )
      continue
    }
    for (const [name, value] of read.values) {
      const found = value ?? own(scope.env, name)
      if (found !== undefined) yield [name, found]
    }
  }
}
