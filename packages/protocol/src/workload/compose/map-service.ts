import { meantWord } from '../source/nearest-word.ts'
import type { Path } from '../source/places.ts'
import { compareText } from '../source/records.ts'
import type { Service } from '../workload.ts'
import { mapEnvironment } from './environment.ts'
import { mapFiles } from './files.ts'
import { mapHealth } from './health.ts'
import { mapPorts } from './ports.ts'
import { composeCount, composeDuration, composeFlag } from './quantities.ts'
import { mapResources } from './resources.ts'
import type { Scope } from './scope.ts'
import type { ComposeService } from './service-schema.ts'
import { shellWords } from './shell-words.ts'
import { mapStorage } from './storage.ts'

const stopGraceMs = 10_000
const maxReplicas = 1000

export interface ServicePlace {
  /** As the file calls it. */
  key: string
  /** As the normal form calls it. */
  name: string
  /** How many services mount each volume. */
  volumeUses: ReadonlyMap<string, number>
}

/** One service as the normal form, but for its dependencies. */
export function mapService(
  service: ComposeService,
  place: ServicePlace,
  scope: Scope,
): Omit<Service, 'dependsOn' | 'job'> {
  const path: Path = ['services', place.key]
  const { volumes, mounts } = mapStorage(service, path, place.volumeUses, scope)
  const command = wordsOf(service.entrypoint, [...path, 'entrypoint'], scope)
  const args = wordsOf(service.command, [...path, 'command'], scope)
  const health = mapHealth(service.healthcheck, [...path, 'healthcheck'], scope)
  return {
    name: place.name,
    image: imageOf(service, path, scope),
    ...(command === undefined ? {} : { command }),
    ...(args === undefined ? {} : { args }),
    ...(!service.working_dir ? {} : { workingDir: service.working_dir }),
    ...(!service.user ? {} : { user: service.user }),
    env: mapEnvironment(service, path, scope),
    resources: mapResources(service, volumes, path, scope),
    mounts,
    files: mapFiles(service, path, scope),
    fetches: [],
    ports: mapPorts(service.ports ?? [], service.expose ?? [], path, scope),
    aliases: aliasesOf(service, place),
    ...(health === undefined ? {} : { health }),
    restart: restartOf(service, path, scope),
    replicas: replicasOf(service, path, scope),
    stopWith: [],
    readOnlyRoot: composeFlag(service.read_only ?? false) ?? false,
    stopGraceMs:
      (service.stop_grace_period === undefined ? undefined : composeDuration(service.stop_grace_period)) ??
      stopGraceMs,
    permissions: [],
  }
}

function imageOf(service: ComposeService, path: Path, { findings }: Scope): string {
  const image = service.image?.trim() ?? ''
  // A service that is to be built has been told so already.
  if (image === '' && service.build === undefined) {
    const at = service.image === undefined ? 'key' : 'value'
    findings.error([...path, 'image'], 'compose.missing', '`image` is missing.', {
      at,
      mend: 'add `image: NAME`',
    })
  }
  return image
}

function wordsOf(
  words: string | readonly string[] | undefined,
  path: Path,
  { findings }: Scope,
): string[] | undefined {
  if (words === undefined) return undefined
  if (typeof words !== 'string') return [...words]
  const split = shellWords(words)
  if (split === undefined) {
    findings.error(path, 'compose.command', 'A quote is not closed in this command.', {
      mend: 'close it, or write a list such as ["sh", "-c", "..."]',
    })
  }
  return split
}

function aliasesOf(service: ComposeService, { key, name }: ServicePlace): string[] {
  const { networks } = service
  const onNetworks =
    networks === undefined || Array.isArray(networks)
      ? []
      : Object.values(networks).flatMap((network) => network?.aliases ?? [])
  const all = [key, service.hostname, service.container_name, ...onNetworks]
  const aliases = all.filter(
    (alias): alias is string => alias !== undefined && alias !== '' && alias !== name,
  )
  return [...new Set(aliases)].sort(compareText)
}

function restartOf(service: ComposeService, path: Path, { findings }: Scope): Service['restart'] {
  const policy = service.deploy?.restart_policy
  if (policy !== undefined) {
    const attempts = policy.max_attempts === undefined ? undefined : composeCount(policy.max_attempts)
    if (policy.condition === 'none' || policy.condition === 'no') return { policy: 'never' }
    const counted = attempts === undefined || attempts === 0 ? {} : { maxRetries: attempts }
    return { policy: policy.condition === 'on-failure' ? 'on-failure' : 'always', ...counted }
  }
  const { restart } = service
  if (restart === undefined || restart === 'no' || restart === false || restart === 'false')
    return { policy: 'never' }
  if (restart === 'always' || restart === 'unless-stopped') return { policy: 'always' }
  const match = typeof restart === 'string' ? /^on-failure(?::(\d{1,9}))?$/.exec(restart) : null
  if (match === null) {
    const expected = 'no, always, on-failure, on-failure:3 or unless-stopped'
    const meant = meantWord(restart, expected)
    findings.error([...path, 'restart'], 'compose.value', '`restart` has a value that does not fit.', {
      expected,
      mend: meant === undefined ? undefined : `write ${meant}`,
    })
    return { policy: 'never' }
  }
  const retries = match[1] === undefined ? 0 : Number(match[1])
  return { policy: 'on-failure', ...(retries === 0 ? {} : { maxRetries: retries }) }
}

function replicasOf(service: ComposeService, path: Path, { findings }: Scope): number {
  const replicas = wantedReplicas(service)
  if (replicas <= maxReplicas) return Math.max(1, replicas)
  const at = service.deploy?.replicas === undefined ? ['scale'] : ['deploy', 'replicas']
  findings.error([...path, ...at], 'compose.value', `${replicas} replicas are too many.`, {
    expected: `at most ${maxReplicas}`,
  })
  return 1
}

/** Zero switches a service off. */
export function wantedReplicas(service: ComposeService): number {
  return composeCount(service.deploy?.replicas ?? service.scale ?? 1) ?? 1
}
