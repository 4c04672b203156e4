import { nearestWord } from '../source/nearest-word.ts'
import type { Path } from '../source/places.ts'
import { own } from '../source/records.ts'
import type { Lookup } from './interpolate.ts'
import { type Literal, splitOperation } from './literals.ts'
import type { Report } from './ports.ts'

/** What a file's literals can refer to. */
export interface LiteralScope {
  /** False when the file holds no literal at all. */
  literals: boolean
  variables: Readonly<Record<string, string>>
  /** Service names by operation id, in the file's order; operations that only make a volume are not among them. */
  services: ReadonlyMap<string, string>
  /** Names of the results that each operation gives. */
  results: ReadonlyMap<string, readonly string[]>
}

/** Literals that need no lease: the file's own variables, and the names by which services reach each other. */
export function lookupStatic(scope: LiteralScope): Lookup {
  return ({ root, path }) => {
    if (root === 'global')
      return path.startsWith('variables.') ? own(scope.variables, path.slice('variables.'.length)) : undefined
    const asked = splitOperation(path, scope.services.keys())
    return asked?.rest === 'host' ? scope.services.get(asked.id) : undefined
  }
}

const lateGlobals = ['job', 'host', 'project', 'frps_address', 'version']

/** Warns of a literal that nothing will ever fill in: the operation that holds it cannot start. */
export function checkOpenLiteral(
  literal: Literal,
  holder: string,
  scope: LiteralScope,
  path: Path,
  report: Report,
): void {
  const complaint =
    literal.root === 'global' ? globalComplaint(literal, scope) : operationComplaint(literal, holder, scope)
  if (complaint === undefined) return
  report.warn(path, 'nosana.literal', `${literal.text} ${complaint.reason}, so \`${holder}\` cannot start.`, {
    expected: complaint.expected,
    mend: complaint.mend,
  })
}

interface Complaint {
  reason: string
  expected?: string | undefined
  mend?: string | undefined
}

function globalComplaint({ path }: Literal, scope: LiteralScope): Complaint | undefined {
  if (lateGlobals.includes(path)) return undefined
  if (!path.startsWith('variables.')) {
    return { reason: 'stands for nothing', expected: `one of ${lateGlobals.join(', ')}, variables.NAME` }
  }
  const name = path.slice('variables.'.length)
  const meant = nearestWord(name, Object.keys(scope.variables))
  const mend =
    meant === undefined ? `add "${name}" to \`global.variables\`` : `write %%global.variables.${meant}%%`
  return { reason: 'names no variable', mend }
}

const askable = 'host, container_ip, endpoint.PORT, deployment_endpoint or results.NAME'

function operationComplaint({ path }: Literal, holder: string, scope: LiteralScope): Complaint | undefined {
  const asked = splitOperation(path, scope.services.keys())
  if (asked === undefined) return { reason: 'asks nothing', expected: askable }
  if (!scope.services.has(asked.id)) {
    const meant = nearestWord(asked.id, [...scope.services.keys()])
    return {
      reason: `names no operation`,
      ...(meant === undefined ? {} : { mend: `write %%ops.${meant}.${asked.rest}%%` }),
    }
  }
  if (/^(container_ip|deployment_endpoint|endpoint\.\d{1,5}(-\d{1,5})?)$/.test(asked.rest)) return undefined
  if (!asked.rest.startsWith('results.')) return { reason: 'asks for nothing known', expected: askable }
  const given = scope.results.get(asked.id) ?? []
  const key = asked.rest.slice('results.'.length)
  if (asked.id === holder) return { reason: 'is a result of the operation itself' }
  if (given.includes(key) || given.includes(key.replace(/\.\d{1,4}$/, ''))) return undefined
  const meant = nearestWord(key, given)
  return {
    reason: `names no result of \`${asked.id}\``,
    mend:
      meant === undefined
        ? `add "${key}" to the results of \`${asked.id}\``
        : `write %%ops.${asked.id}.results.${meant}%%`,
  }
}
