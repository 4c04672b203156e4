import { gibibyte } from '../../units/units.ts'
import { fittingRemainder } from '../shape/without-misfits.ts'
import type { Findings } from '../source/findings.ts'
import type { Path } from '../source/places.ts'
import { compareText, isTree, own, type Tree } from '../source/records.ts'
import { plainOf } from '../source/scalar.ts'
import { compileCheck } from '../source/schema-check.ts'
import type { Source } from '../source/source.ts'
import { defaultGroupName, normalPolicy } from '../sublet/read-sublet.ts'
import type { Service, Volume, Workload } from '../workload.ts'
import { type NosanaJob, type NosanaRun, nosanaJobSchema } from './job-schema.ts'
import { type Plan, type PlannedOperation, planOperations } from './plan.ts'
import { type ReadOperation, readOperation, resultsTaken } from './read-operation.ts'
import { reportShape } from './report-shape.ts'
import { serviceNames } from './service-names.ts'
import type { LiteralScope } from './static-literals.ts'

/** Size of a volume; the format gives none. */
const volumeBytes = 20 * gibibyte
const maxOperations = 256
const maxExpressions = 256

const fits = compileCheck(nosanaJobSchema)

/** The schema changes nothing, so what fits it is already what it describes. */
function isNosanaJob(tree: unknown): tree is NosanaJob {
  return fits(tree)
}

/** Most definitions hold no literal; a look at the text spares them the search. Percent signs may be escaped. */
function mayHoldLiterals(text: string): boolean {
  return text.includes('%%') || /\\(?:u0025|x25|U00000025)/.test(text)
}

/**
 * Reads a Nosana job definition: each operation becomes a service of one group, in the order that groups and
 * dependencies give. A definition with nothing to run is no error to Nosana; it gives a warning and no workload.
 */
export function readNosana({ tree: spelled, text, findings }: Source): Workload | undefined {
  const tree = plainOf(spelled)
  if (isTooLarge(tree, findings)) return undefined
  const shaped = isNosanaJob(tree)
  if (!shaped) reportShape(findings, tree, nosanaJobSchema.safeParse(tree).error?.issues ?? [])
  const planned = plannedOperations(tree)
  refuseTwins(planned, findings)
  const plan = planOperations(planned, findings)
  const job = shaped ? tree : lookPast(tree, findings)
  if (job === undefined) return undefined
  warnOfIgnored(job, findings)
  const operations = readOperations(job, planned, mayHoldLiterals(text), findings)
  if (operations.size === 0 && !findings.hasErrors) {
    findings.warn(['ops'], 'nosana.nothing-to-run', 'The definition runs nothing.', {
      at: 'key',
      mend: 'add an operation of type "container/run" with an image',
    })
  }
  if (findings.hasErrors || operations.size === 0) return undefined
  return workloadOf(operations, plan)
}

/** What the schema takes of a definition that does not fit as a whole, so that all is said at once. */
function lookPast(tree: unknown, findings: Findings): NosanaJob | undefined {
  const rest = fittingRemainder(nosanaJobSchema, tree, standIn)
  if (rest === undefined || !isNosanaJob(rest.tree)) return undefined
  findings.relocate(rest.placeInFile)
  return rest.tree
}

/** What others name, or what must be there. */
function standIn([top, index, key, name, ...deeper]: Path): unknown {
  if (index === undefined) return own({ version: '0.1', type: 'container', ops: [] }, String(top))
  if (top === 'global') return index === 'variables' && key !== undefined ? '' : undefined
  if (top !== 'ops' || deeper.length > 0) return undefined
  if (key === 'results') return name === undefined ? undefined : '.'
  if (key === 'args')
    return name === undefined ? { image: 'misfit' } : name === 'image' ? 'misfit' : undefined
  if (name !== undefined) return undefined
  return own({ id: `misfit-${index}`, type: 'container/run' }, String(key))
}

function isTooLarge(tree: unknown, findings: Findings): boolean {
  const ops = isTree(tree) ? own(tree, 'ops') : undefined
  if (!Array.isArray(ops) || ops.length <= maxOperations) return false
  findings.error(
    ['ops'],
    'nosana.too-many-operations',
    `A job may have ${maxOperations} operations at most.`,
    { at: 'key' },
  )
  return true
}

/** Reads the order of operations even from a file whose other parts are wrong, so that all is said at once. */
function plannedOperations(tree: unknown): PlannedOperation[] {
  const ops = isTree(tree) ? own(tree, 'ops') : undefined
  if (!Array.isArray(ops)) return []
  const ids = ops.flatMap((op) => (isTree(op) && typeof op.id === 'string' ? [op.id] : []))
  return ops.flatMap((op, index) => {
    if (!isTree(op) || typeof op.id !== 'string') return []
    const args: Tree = isTree(op.args) ? op.args : {}
    const execution: Tree = isTree(op.execution) ? op.execution : {}
    const listed = Array.isArray(execution.depends_on) ? execution.depends_on : []
    return [
      {
        id: op.id,
        index,
        runs: isRun(op.type, args),
        ...(typeof execution.group === 'string' ? { group: execution.group } : {}),
        dependsOn: listed.filter((id) => typeof id === 'string'),
        stopsWithDependencies: execution.stop_if_dependent_stops === true,
        hasHealth: hasHealthChecks(args.expose),
        takesResultsOf: resultsTaken(args, ids),
      },
    ]
  })
}

function isRun(type: unknown, args: Tree): boolean {
  return type === 'container/run' && Object.hasOwn(args, 'image')
}

function hasHealthChecks(expose: unknown): boolean {
  const items = Array.isArray(expose) ? expose : [expose]
  return items.some(
    (item) => isTree(item) && Array.isArray(item.health_checks) && item.health_checks.length > 0,
  )
}

function refuseTwins(planned: readonly PlannedOperation[], findings: Findings): void {
  const seen = new Set<string>()
  for (const { id, index } of planned) {
    if (seen.has(id)) {
      findings.error(['ops', index, 'id'], 'nosana.id-twice', `Two operations are called \`${id}\`.`, {
        mend: 'rename one of them',
      })
    }
    seen.add(id)
  }
}

function warnOfIgnored(job: NosanaJob, findings: Findings): void {
  if (job.logistics !== undefined) {
    findings.warn(
      ['logistics'],
      'nosana.ignored',
      '`logistics` has no effect: definition and results travel sealed anyway.',
      {
        at: 'key',
        mend: 'leave it out, and put the whole definition into this file',
      },
    )
  }
  if (job.global?.image !== undefined) {
    findings.warn(
      ['global', 'image'],
      'nosana.ignored',
      '`global.image` has no effect: every operation names its own.',
      {
        at: 'key',
        mend: 'leave it out',
      },
    )
  }
}

function readOperations(
  job: NosanaJob,
  planned: readonly PlannedOperation[],
  literals: boolean,
  findings: Findings,
): Map<string, ReadOperation & { run: NosanaRun }> {
  const scope: LiteralScope = {
    literals,
    variables: job.global?.variables ?? {},
    services: serviceNames(planned.filter(({ runs }) => runs).map(({ id }) => id)),
    results: new Map(job.ops.map(({ id, results }) => [id, Object.keys(results ?? {})])),
  }
  const report = {
    error: findings.error.bind(findings),
    warn: findings.warn.bind(findings),
    shape: reportShape.bind(undefined, findings),
    expressions: { left: maxExpressions + 1 },
  }
  const read = new Map<string, ReadOperation & { run: NosanaRun }>()
  for (const [index, operation] of job.ops.entries()) {
    const path = ['ops', index]
    const { args } = operation
    if (operation.type === 'container/create-volume' || !('image' in args)) {
      const fits = operation.type === 'container/create-volume' && !('image' in args)
      if (!fits) {
        findings.warn(
          [...path, 'args'],
          'nosana.only-a-volume',
          `\`${operation.id}\` runs nothing: it is read as a volume.`,
          {
            expected: 'container/run with an image, or container/create-volume with a name',
          },
        )
      }
      continue
    }
    if (args.output !== undefined) {
      findings.warn(
        [...path, 'args', 'output'],
        'nosana.ignored',
        '`output` has no effect: nothing collects it.',
        {
          at: 'key',
          mend: 'print results, or write them to a volume',
        },
      )
    }
    const service = readOperation(operation, args, path, job, scope, report)
    if (service !== undefined) read.set(operation.id, { ...service, run: args })
  }
  if (report.expressions.left <= 0) {
    findings.error(
      ['ops'],
      'nosana.too-many-results',
      'The results are too many, or too many are wrong, to look at all.',
      {
        at: 'key',
        expected: `at most ${maxExpressions} results`,
      },
    )
  }
  return read
}

function workloadOf(
  operations: ReadonlyMap<string, ReadOperation & { run: NosanaRun }>,
  plan: Plan,
): Workload {
  const nameOf = (id: string) => operations.get(id)?.service.name ?? id
  const uses = new Map<string, number>()
  for (const { service } of operations.values()) {
    for (const volume of new Set(service.mounts.map((mount) => mount.volume)))
      uses.set(volume, (uses.get(volume) ?? 0) + 1)
  }
  const services = Array.from(operations, ([id, { service, exposes, results }]): Service => {
    const restarts = service.restart.policy === 'always'
    const ends = results.length > 0 || plan.awaited.has(id) || !(exposes || restarts)
    return {
      ...service,
      resources: { ...service.resources, volumes: volumesOf(service.mounts, uses) },
      dependsOn: (plan.dependsOn.get(id) ?? [])
        .map((edge) => ({ service: nameOf(edge.service), condition: edge.condition }))
        .sort((a, b) => compareText(a.service, b.service)),
      stopWith: (plan.stopWith.get(id) ?? []).map(nameOf).sort(compareText),
      ...(ends ? { job: { results } } : {}),
    }
  })
  const [first] = services
  return {
    form: 'sublet/1',
    name: first?.name ?? 'job',
    groups: [
      {
        name: defaultGroupName,
        placement: { regions: [], attributes: [], auditors: { anyOf: [], allOf: [] } },
        services: services.sort((a, b) => compareText(a.name, b.name)),
        ips: [],
      },
    ],
    policy: normalPolicy(undefined),
  }
}

/** Operations that name the same volume share it. */
function volumesOf(mounts: Service['mounts'], uses: ReadonlyMap<string, number>): Volume[] {
  return [...new Set(mounts.map(({ volume }) => volume))].sort(compareText).map((name) => ({
    name,
    sizeBytes: volumeBytes,
    class: 'default',
    persistent: false,
    ...((uses.get(name) ?? 0) > 1 ? { shared: true } : {}),
  }))
}
