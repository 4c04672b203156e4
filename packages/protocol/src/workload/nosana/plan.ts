import { nearestWord } from '../source/nearest-word.ts'
import type { Path } from '../source/places.ts'
import { findCircles } from '../sublet/check-group.ts'
import type { Service } from '../workload.ts'
import type { Report } from './ports.ts'

type Dependency = Service['dependsOn'][number]

/** What the order of operations hangs on; read even from a file whose other parts are wrong. */
export interface PlannedOperation {
  id: string
  /** Where it stands in the file's `ops`. */
  index: number
  runs: boolean
  group?: string | undefined
  dependsOn: readonly string[]
  stopsWithDependencies: boolean
  hasHealth: boolean
  /** Operations whose results its arguments take. */
  takesResultsOf: readonly string[]
}

export interface Plan {
  /** By operation id; `service` is still the other operation's id. */
  dependsOn: Map<string, Dependency[]>
  stopWith: Map<string, string[]>
  /** Operations that others wait to see end. */
  awaited: Set<string>
}

/**
 * Groups run one after the other, in the order in which they first appear; an operation without one is a group by
 * itself. Inside a group all run together, but for what they depend on. Creating a volume takes no time, so such
 * operations drop out.
 */
export function planOperations(operations: readonly PlannedOperation[], report: Report): Plan {
  const byId = new Map(operations.map((operation) => [operation.id, operation]))
  const groups = groupsOf(operations)
  const ranks = new Map([...groups.values()].flatMap((ids, rank) => ids.map((id) => [id, rank] as const)))
  const plan: Plan = { dependsOn: new Map(), stopWith: new Map(), awaited: new Set() }
  let previous: string[] = []
  for (const ids of groups.values()) {
    const running = ids.filter((id) => byId.get(id)?.runs)
    for (const id of running) {
      const operation = byId.get(id)
      if (operation === undefined) continue
      const edges = new Map<string, Dependency['condition']>()
      const stopWith = new Set<string>()
      for (const earlier of previous) edges.set(earlier, 'ended')
      for (const [at, other] of declared(operation, byId, ranks, report)) {
        if (!byId.get(other)?.runs) continue
        if (!edges.has(other)) edges.set(other, byId.get(other)?.hasHealth ? 'healthy' : 'started')
        if (operation.stopsWithDependencies) {
          stopWith.add(other)
          if (edges.get(other) === 'ended') {
            report.warn(at, 'nosana.stops-at-once', `\`${other}\` has ended before \`${id}\` starts.`, {
              mend: 'put both in one group',
            })
          }
        }
      }
      if (stopWith.size > 0) plan.stopWith.set(id, [...stopWith])
      for (const source of operation.takesResultsOf) {
        // Results are there when the operation has ended, in whichever earlier or same group it is.
        if (source !== id && (ranks.get(source) ?? Number.POSITIVE_INFINITY) <= (ranks.get(id) ?? 0)) {
          if (byId.get(source)?.runs) edges.set(source, 'ended')
        }
      }
      for (const [other, condition] of edges) if (condition === 'ended') plan.awaited.add(other)
      plan.dependsOn.set(
        id,
        Array.from(edges, ([service, condition]) => ({ service, condition })),
      )
    }
    if (running.length > 0) previous = running
  }
  refuseCircles(plan, byId, report)
  return plan
}

function groupsOf(operations: readonly PlannedOperation[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const { id, group } of operations) {
    const name = group === undefined ? `op ${id}` : `group ${group}`
    const ids = groups.get(name)
    if (ids === undefined) groups.set(name, [id])
    else ids.push(id)
  }
  return groups
}

/** The `depends_on` entries that can be met; the others are reported. */
function* declared(
  operation: PlannedOperation,
  byId: ReadonlyMap<string, PlannedOperation>,
  ranks: ReadonlyMap<string, number>,
  report: Report,
): Generator<[at: Path, id: string]> {
  for (const [index, other] of operation.dependsOn.entries()) {
    if (report.isFull) return
    const at: Path = ['ops', operation.index, 'execution', 'depends_on', index]
    const [mine, theirs] = [ranks.get(operation.id) ?? 0, ranks.get(other)]
    if (other === operation.id) {
      report.error(at, 'nosana.circle', `\`${other}\` waits for itself.`, { mend: 'leave it out' })
    } else if (theirs === undefined) {
      const others = [...byId.keys()].filter((id) => id !== operation.id)
      const meant = nearestWord(other, others)
      report.error(at, 'nosana.unknown-operation', `There is no operation \`${other}\`.`, {
        ...(meant === undefined
          ? { expected: others.length === 0 ? 'no name' : `one of ${others.slice(0, 20).join(', ')}` }
          : { mend: `write "${meant}"` }),
      })
    } else if (theirs > mine) {
      report.error(at, 'nosana.circle', `\`${other}\` is in a later group, which waits for this one.`, {
        mend: 'put both in one group',
      })
    } else {
      if (theirs < mine && byId.get(other)?.runs) {
        report.warn(
          at,
          'nosana.earlier-group',
          `\`${other}\` is in an earlier group, so it has ended by then.`,
          {
            mend: 'leave it out, or put both in one group',
          },
        )
      }
      yield [at, other]
    }
  }
}

function refuseCircles(plan: Plan, byId: ReadonlyMap<string, PlannedOperation>, report: Report): void {
  for (const circle of findCircles(
    Array.from(plan.dependsOn, ([name, dependsOn]) => ({ name, dependsOn })),
  )) {
    const first = byId.get(circle[0] ?? '')
    if (first === undefined) continue
    report.error(
      ['ops', first.index, 'execution', 'depends_on'],
      'nosana.circle',
      `Operations wait for each other: ${circle.join(' → ')}.`,
      { at: 'key', mend: 'break the circle' },
    )
  }
}
