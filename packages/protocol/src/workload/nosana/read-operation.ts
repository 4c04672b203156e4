import { gibibyte } from '../../units/units.ts'
import { resultRegexProblem } from '../results/result-regex.ts'
import type { Path } from '../source/places.ts'
import { compareText, own, type Tree } from '../source/records.ts'
import { compileCheck } from '../source/schema-check.ts'
import type { Gpu, Late, Service } from '../workload.ts'
import { interpolateArgs } from './interpolate.ts'
import { type NosanaJob, type NosanaResults, type NosanaRun, nosanaRunSchema } from './job-schema.ts'
import { type Literal, literalsIn, splitOperation } from './literals.ts'
import { mapRun } from './map-run.ts'
import { normalArgs } from './normal-args.ts'
import type { Report } from './ports.ts'
import { checkOpenLiteral, type LiteralScope, lookupStatic } from './static-literals.ts'

/** What an operation gets: the format says nothing of CPU, memory or disk, as Nosana's hosts give all they have. */
const plainResources = { cpuMillis: 1_000, memoryBytes: 2 * gibibyte, storageBytes: 10 * gibibyte } as const
const gpuResources = { cpuMillis: 4_000, memoryBytes: 16 * gibibyte, storageBytes: 50 * gibibyte } as const
const stopGraceMs = 10_000

export type Results = NonNullable<Service['job']>['results']

/** A service but for what depends on the others: order, and volumes shared with them. */
export interface ReadOperation {
  service: Omit<Service, 'dependsOn' | 'stopWith' | 'job'>
  exposes: boolean
  results: Results
}

type OperationReport = Report & {
  /** How many more expressions are looked at in this file: finding one that explodes takes some milliseconds. */
  expressions: { left: number }
  shape: (tree: unknown, issues: readonly ShapeIssue[], base: Path) => void
}

/** One `container/run` as a service; everything that literals leave open goes to `late`. */
export function readOperation(
  operation: NosanaJob['ops'][number],
  run: NosanaRun,
  path: Path,
  job: NosanaJob,
  scope: LiteralScope,
  report: OperationReport,
): ReadOperation | undefined {
  const at = [...path, 'args']
  const merged = withGlobals(run, job.global)
  const filled = scope.literals ? fillIn(operation.id, merged, at, scope, report) : { run: merged }
  if (filled === undefined) return undefined
  const gpu = gpuOf(run, job, path, report)
  return {
    service: {
      name: scope.services.get(operation.id) ?? operation.id,
      ...mapRun(filled.run, at, report),
      resources: {
        ...(gpu === undefined ? plainResources : gpuResources),
        volumes: [],
        ...(gpu === undefined ? {} : { gpu }),
      },
      files: [],
      replicas: 1,
      readOnlyRoot: false,
      stopGraceMs,
      permissions: [],
      ...(filled.late === undefined ? {} : { late: filled.late }),
    },
    exposes: run.expose !== undefined && !(Array.isArray(run.expose) && run.expose.length === 0),
    results: resultsOf(operation.results ?? {}, [...path, 'results'], report),
  }
}

const fits = compileCheck(nosanaRunSchema)

/** Fills in what is known before the lease, and keeps the arguments for later where something is not. */
function fillIn(
  id: string,
  run: NosanaRun,
  at: Path,
  scope: LiteralScope,
  report: OperationReport,
): { run: NosanaRun; late?: Late | undefined } | undefined {
  const filled = interpolateArgs(run as Tree, lookupStatic(scope))
  for (const problem of filled.problems) report.error(at, 'nosana.operator', `${problem}.`)
  for (const literal of distinct(filled.unresolved)) checkOpenLiteral(literal, id, scope, at, report)
  if (filled.problems.length > 0) return undefined
  const args = normalArgs(filled.args)
  if (!fits(args)) {
    report.shape(args, nosanaRunSchema.safeParse(args).error?.issues ?? [], at)
    return undefined
  }
  return { run: args as unknown as NosanaRun, late: lateOf(args, filled.unresolved, scope) }
}

type ShapeIssue = Parameters<typeof import('./report-shape.ts').reportShape>[2][number]

function withGlobals(run: NosanaRun, global: NosanaJob['global']): NosanaRun {
  if (global === undefined) return run
  return {
    ...run,
    ...(global.env === undefined ? {} : { env: { ...global.env, ...run.env } }),
    ...(run.entrypoint === undefined && global.entrypoint !== undefined
      ? { entrypoint: global.entrypoint }
      : {}),
    ...(run.work_dir === undefined && global.work_dir !== undefined ? { work_dir: global.work_dir } : {}),
  }
}

function distinct(literals: readonly Literal[]): Literal[] {
  return [...new Map(literals.map((literal) => [literal.text, literal])).values()]
}

function lateOf(args: Tree, unresolved: readonly Literal[], scope: LiteralScope): Late | undefined {
  if (unresolved.length === 0) return undefined
  const services = new Map<string, string>()
  for (const { root, path } of unresolved) {
    const id = root === 'ops' ? splitOperation(path, scope.services.keys())?.id : undefined
    const name = id === undefined ? undefined : scope.services.get(id)
    if (id !== undefined && name !== undefined) services.set(id, name)
  }
  return {
    rules: 'nosana',
    args,
    services: Object.fromEntries([...services].sort(([a], [b]) => compareText(a, b))),
  }
}

/** Nosana rents NVIDIA cards only, so that is what its images are made for. */
function gpuOf(run: NosanaRun, job: NosanaJob, path: Path, report: Report): Gpu | undefined {
  const memoryBytes =
    run.required_vram === undefined ? memoryFromMeta(job.meta ?? {}) : gigabytes(run.required_vram)
  if (run.gpu !== true && job.global?.gpu !== true) {
    if (run.required_vram !== undefined) {
      report.warn(
        [...path, 'args', 'required_vram'],
        'nosana.no-gpu',
        'GPU memory is asked for, but no GPU.',
        {
          mend: 'add `"gpu": true`',
        },
      )
    }
    return undefined
  }
  return {
    count: 1,
    anyOf: [{ vendor: 'nvidia' }],
    ...(memoryBytes === undefined ? {} : { minMemoryBytes: memoryBytes }),
  }
}

function memoryFromMeta(meta: Readonly<Record<string, unknown>>): number | undefined {
  for (const key of ['system_requirements', 'system_resources']) {
    const section = own(meta, key)
    if (typeof section !== 'object' || section === null) continue
    const { vram_total_mb: megabytes, required_vram: whole } = section as Record<string, unknown>
    const bytes = megabytes === undefined ? gigabytes(whole) : gigabytes(Number(megabytes) / 1024)
    if (bytes !== undefined) return bytes
  }
  return undefined
}

function gigabytes(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number !== 'number' || !(number > 0 && number <= 100_000)) return undefined
  return Math.round(number * gibibyte)
}

const streams = ['stdout', 'stderr'] as const
const costOfRefusal = 50

function resultsOf(results: NosanaResults, path: Path, report: OperationReport): Results {
  const list: Results = []
  for (const [name, given] of Object.entries(results)) {
    const at = [...path, name]
    // Nosana's hosts read a lone star as something harmless too.
    const written = typeof given === 'string' ? given : given.regex
    const regex = written === '*' ? '/*' : written
    if (report.expressions.left <= 0) break
    const problem = resultRegexProblem(regex)
    report.expressions.left -= problem === undefined ? 1 : costOfRefusal
    if (problem !== undefined) {
      const invalid = problem.startsWith('is not')
      const say = invalid ? report.warn : report.error
      const message = `The regular expression of \`${name}\` ${problem}.`
      say.call(report, at, 'workload.regex', message, { mend: 'mend or shorten it' })
      // Nosana runs such a job too, only without the result.
      if (invalid) continue
    }
    const wanted = typeof given === 'string' ? undefined : given.logType
    const from = streams.filter((stream) => wanted === undefined || wanted.includes(stream))
    if (from.length === 0) {
      report.warn(at, 'nosana.silent-stream', `\`${name}\` is looked for where nothing is ever written.`, {
        expected: 'stdout or stderr among logType',
      })
    }
    list.push({ name, regex, streams: from })
  }
  return list.sort((a, b) => compareText(a.name, b.name))
}

/** Operations whose results a value's literals take. */
export function resultsTaken(value: unknown, ids: Iterable<string>): string[] {
  const known = [...ids]
  const taken = new Set<string>()
  const visit = (inner: unknown): void => {
    if (typeof inner === 'string') {
      for (const { root, path } of literalsIn(inner)) {
        const asked = root === 'ops' ? splitOperation(path, known) : undefined
        if (asked?.rest.startsWith('results.')) taken.add(asked.id)
      }
    } else if (typeof inner === 'object' && inner !== null)
      for (const part of Object.values(inner)) visit(part)
  }
  visit(value)
  return [...taken]
}
