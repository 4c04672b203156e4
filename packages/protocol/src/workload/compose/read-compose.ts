import { parseDuration, parsePrice } from '../../units/quantity.ts'
import { serviceNames } from '../nosana/service-names.ts'
import { fittingRemainder } from '../shape/without-misfits.ts'
import type { Findings } from '../source/findings.ts'
import type { Path } from '../source/places.ts'
import { compareText, isTree, own } from '../source/records.ts'
import { compileCheck } from '../source/schema-check.ts'
import type { Source } from '../source/source.ts'
import { defaultGroupName, normalPolicy } from '../sublet/read-sublet.ts'
import type { Group, Service, Workload } from '../workload.ts'
import { type ComposeFile, composeFileSchema } from './compose-schema.ts'
import { orderServices } from './dependencies.ts'
import { newEnvBudget, readEnvFile } from './env-file.ts'
import { resolveExtends } from './extends.ts'
import { fileNamed } from './files.ts'
import { mapService, wantedReplicas } from './map-service.ts'
import { prepareCompose } from './prepare.ts'
import { checkFile, checkNetworks, checkService } from './refused.ts'
import { reportShape } from './report-shape.ts'
import type { Scope } from './scope.ts'
import type { ComposeService } from './service-schema.ts'
import { checkVolumes, volumesNamed } from './storage.ts'

const maxServices = 256

const fits = compileCheck(composeFileSchema)

/** The schema changes nothing, so what fits it is already what it describes. */
function isComposeFile(tree: unknown): tree is ComposeFile {
  return fits(tree)
}

/** Reads a Compose file: its services become one group, on a network of their own. */
export function readCompose(source: Source): Workload | undefined {
  const { findings, files, secretsByName } = source
  if (isTooLarge(source.tree, findings)) return undefined
  const env = environmentOf(source)
  const { tree, filled, isUnfilled } = prepareCompose(
    resolveExtends(source.tree, findings),
    env,
    findings,
    secretsByName,
  )
  const told = (path: Path) => (isUnfilled(path) ? undefined : path)
  findings.relocate(told)
  const shaped = isComposeFile(tree)
    ? { tree, placeInFile: (path: Path) => path }
    : lookPast(tree, findings, told)
  if (shaped === undefined) return undefined
  const file = shaped.tree
  const filledBy = (path: Path) => filled.get((shaped.placeInFile(path) ?? path).join('\n'))
  const scope: Scope = { file, env, files, envBudget: newEnvBudget(), findings, filledBy, secretsByName }
  checkFile(scope)
  checkVolumes(scope)
  const running = runningServices(file, scope)
  checkNetworks(running, scope)
  for (const [key, service] of running) checkService(service, ['services', key], scope)
  const services = mapServices(running, scope)
  return findings.hasErrors ? undefined : workloadOf(file, env, services, scope)
}

function isTooLarge(tree: unknown, findings: Findings): boolean {
  const services = isTree(tree) ? own(tree, 'services') : undefined
  if (!isTree(services) || Object.keys(services).length <= maxServices) return false
  findings.error(
    ['services'],
    'compose.too-many-services',
    `A file may have ${maxServices} services at most.`,
    { at: 'key' },
  )
  return true
}

/** The deployer's variables, over those of a `.env` beside the file. */
export function environmentOf(source: Source): Readonly<Record<string, string>> {
  const text = fileNamed('.env', source)
  if (text === undefined) return source.env
  const read = readEnvFile(text, source.env, false, newEnvBudget())
  if ('problem' in read) {
    source.findings.error([], 'compose.env-file', `Line ${read.line} of \`.env\` ${read.problem}.`, {
      expected: 'NAME=value',
    })
    return source.env
  }
  const own = [...read.values].filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { ...Object.fromEntries(own), ...source.env }
}

/** Says what the schema refuses, and gives the rest, so that all is said at once. */
function lookPast(
  tree: unknown,
  findings: Findings,
  told: (path: Path) => Path | undefined,
): { tree: ComposeFile; placeInFile: (path: Path) => Path | undefined } | undefined {
  reportShape(findings, tree, composeFileSchema.safeParse(tree).error?.issues ?? [])
  const rest = fittingRemainder(composeFileSchema, tree, standIn)
  if (rest === undefined || !isComposeFile(rest.tree)) return undefined
  findings.relocate((path) => {
    const place = rest.placeInFile(path)
    return place === undefined ? undefined : told(place)
  })
  return { tree: rest.tree, placeInFile: rest.placeInFile }
}

/** What others name, or what must be there. */
function standIn(path: Path): unknown {
  const [section, , key] = path
  if (path.length === 1) return section === 'services' ? {} : undefined
  const healthcheck = { test: 'true' }
  if (section === 'services' && path.length === 2) return { image: 'misfit', healthcheck }
  if (section === 'services' && path.length === 3)
    return key === 'image' ? 'misfit' : key === 'healthcheck' ? healthcheck : undefined
  if (path.length !== 2) return undefined
  if (section === 'configs' || section === 'secrets') return { content: '' }
  return section === 'volumes' ? null : undefined
}

/** Services whose profiles are switched on (`COMPOSE_PROFILES`), and that are wanted at all. */
function runningServices(file: ComposeFile, { env, findings }: Scope): Map<string, ComposeService> {
  const active = new Set((own(env, 'COMPOSE_PROFILES') ?? '').split(',').map((profile) => profile.trim()))
  const running = new Map<string, ComposeService>()
  for (const [key, service] of Object.entries(file.services)) {
    if (service === null) {
      findings.error(['services', key], 'compose.missing', '`image` is missing.', {
        at: 'key',
        mend: 'add `image: NAME`',
      })
      continue
    }
    const profiles = service.profiles ?? []
    if (profiles.length > 0 && !active.has('*') && !profiles.some((profile) => active.has(profile))) continue
    if (wantedReplicas(service) === 0) {
      findings.warn(
        ['services', key],
        'compose.no-replicas',
        `\`${key.slice(0, 60)}\` is left out, as it has no replicas.`,
        { at: 'key' },
      )
      continue
    }
    running.set(key, service)
  }
  if (running.size === 0 && !findings.hasErrors) {
    const profiles = new Set(Object.values(file.services).flatMap((service) => service?.profiles ?? []))
    const [profile] = profiles
    findings.error(['services'], 'compose.nothing-to-run', 'There is no service to run.', {
      at: 'key',
      ...(profiles.size > 1
        ? { expected: `one of the profiles ${[...profiles].slice(0, 20).join(', ')}` }
        : {}),
      mend:
        profile === undefined
          ? 'add a service with an image'
          : `switch a profile on, such as \`COMPOSE_PROFILES=${profile}\`, in the environment or in \`.env\``,
    })
  }
  return running
}

function mapServices(running: ReadonlyMap<string, ComposeService>, scope: Scope): Service[] {
  const names = serviceNames([...running.keys()])
  const nameOf = (key: string) => names.get(key) ?? key
  const volumeUses = new Map<string, number>()
  for (const service of running.values()) {
    for (const volume of volumesNamed(service)) volumeUses.set(volume, (volumeUses.get(volume) ?? 0) + 1)
  }
  const order = orderServices(running, scope)
  return Array.from(running, ([key, service]): Service => {
    const mapped = mapService(service, { key, name: nameOf(key), volumeUses }, scope)
    const isJob = service.deploy?.mode?.endsWith('-job') === true || order.awaited.has(key)
    return {
      ...mapped,
      aliases: [...new Set([...mapped.aliases, ...(order.aliases.get(key) ?? [])])].sort(compareText),
      dependsOn: (order.dependsOn.get(key) ?? [])
        .map((edge) => ({ service: nameOf(edge.service), condition: edge.condition }))
        .sort((a, b) => compareText(a.service, b.service)),
      ...(isJob ? { job: { results: [] } } : {}),
    }
  })
}

function workloadOf(
  file: ComposeFile,
  env: Scope['env'],
  services: Service[],
  { findings }: Scope,
): Workload | undefined {
  const wishes = file['x-sublet']
  const rate = wishes?.price === undefined ? undefined : parsePrice(wishes.price)
  const duration = wishes?.duration === undefined ? undefined : parseDuration(wishes.duration)
  const regions =
    wishes?.region === undefined ? [] : typeof wishes.region === 'string' ? [wishes.region] : wishes.region
  const name = file.name ?? own(env, 'COMPOSE_PROJECT_NAME') ?? services[0]?.name ?? ''
  const group: Group = {
    name: defaultGroupName,
    placement: {
      regions: [...new Set(regions)].sort(compareText),
      attributes: [],
      auditors: { anyOf: [], allOf: [] },
    },
    services: services.sort((a, b) => compareText(a.name, b.name)),
    ips: [],
    ...(rate === undefined ? {} : { maxRatePerHour: rate.toString() }),
  }
  if (findings.hasErrors) return undefined
  return {
    form: 'sublet/1',
    name: serviceNames([name]).get(name) ?? 'app',
    groups: [group],
    policy: normalPolicy(wishes?.policy),
    ...(duration === undefined || duration === 0 ? {} : { maxDurationSeconds: Math.ceil(duration / 1000) }),
  }
}
