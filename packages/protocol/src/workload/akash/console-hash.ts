import type { Findings } from '../source/findings.ts'
import type { Path } from '../source/places.ts'
import { own } from '../source/records.ts'
import type { AkashFile } from './console-schema.ts'
import type {
  AkashDeployment,
  AkashEndpoint,
  AkashResources,
  ManifestExpose,
  ManifestGroup,
  ManifestService,
} from './manifest.ts'

/**
 * Tells where Akash's console makes another manifest, and so another hash, of a file than a provider does. Between one
 * client and a provider that is harmless; two clients that compare hashes would think the file had changed.
 */
export function warnOfConsoleHash(findings: Findings, file: AkashFile, { manifest }: AkashDeployment): void {
  const differences = new Differences(findings)
  const sequence = endpointSequence(file)
  for (const group of manifest) compareGroup(file, group, sequence, differences)
}

/** Tells each cause once. */
class Differences {
  readonly #findings: Findings
  #told: Set<string> | undefined

  constructor(findings: Findings) {
    this.#findings = findings
  }

  tell(path: Path, cause: string, at: 'key' | 'value' = 'key'): void {
    this.#told ??= new Set()
    if (this.#told.has(cause)) return
    this.#told.add(cause)
    this.#findings.warn(
      path,
      'akash.console-hash',
      `Akash's console computes another hash for this file: it ${cause}.`,
      { at },
    )
  }
}

function compareGroup(
  file: AkashFile,
  group: ManifestGroup,
  sequence: ReadonlyMap<string, number>,
  differences: Differences,
): void {
  if (!isInOrder(group.services)) differences.tell(['services'], 'sorts the services differently')
  // It counts services of one profile as one unit in 2.0 too.
  const ids = new Map<string, number>()
  for (const name of Object.keys(file.services).sort(compareLocally)) {
    const profile = own(own(file.deployment, name) ?? {}, group.name)?.profile
    if (profile !== undefined && !ids.has(profile)) ids.set(profile, ids.size + 1)
  }
  for (const service of group.services) {
    const profile = own(own(file.deployment, service.name) ?? {}, group.name)?.profile ?? ''
    const declared = own(file.services, service.name)
    const resources = own(file.profiles.compute, profile)?.resources
    if (declared === undefined || resources === undefined) continue
    if (ids.get(profile) !== service.resources.id) {
      differences.tell(['deployment', service.name], 'counts services of the same profile as one unit')
    }
    compareResources(['profiles', 'compute', profile, 'resources'], resources, service.resources, differences)
    compareService(['services', service.name], declared, service, differences)
    compareExposes(['services', service.name, 'expose'], declared, service, sequence, differences)
  }
}

function isInOrder(services: readonly ManifestService[]): boolean {
  return services.every(
    ({ name }, index) => index === 0 || compareLocally(services[index - 1]?.name ?? '', name) < 0,
  )
}

type FileResources = AkashFile['profiles']['compute'][string]['resources']

function compareResources(
  path: Path,
  file: FileResources,
  ours: AkashResources,
  differences: Differences,
): void {
  const cores = file.cpu.units
  const millis =
    typeof cores === 'number' ? cores * 1000 : Number.parseFloat(cores) * (/m$/i.test(cores) ? 1 : 1000)
  if (String(millis) !== ours.cpu.units.val)
    differences.tell([...path, 'cpu', 'units'], 'rounds the CPU differently', 'value')
  if (sizeOf(file.memory.size) !== ours.memory.size.val)
    differences.tell([...path, 'memory', 'size'], 'rounds the memory differently', 'value')
  compareVolumes(
    [...path, 'storage'],
    Array.isArray(file.storage) ? file.storage : [file.storage],
    ours.storage,
    differences,
  )
  const models = (file.gpu?.attributes?.vendor?.nvidia ?? undefined)?.map(
    ({ model, ram, interface: connection }) =>
      `vendor/nvidia/model/${model}${ram ? `/ram/${ram}` : ''}${connection === undefined ? '' : `/interface/${connection}`}`,
  )
  const keys = models ?? (file.gpu?.attributes?.vendor === undefined ? [] : ['vendor/nvidia/model/*'])
  if (!same(keys, ours.gpu.attributes?.map(({ key }) => key) ?? [])) {
    differences.tell(
      [...path, 'gpu', 'attributes'],
      'keeps the GPU models in the order and spelling of the file',
    )
  }
  const units = file.gpu?.units
  const gpuUnits = typeof units === 'string' ? Number.parseInt(units, 10) : (units ?? 0)
  if (String(gpuUnits) !== ours.gpu.units.val)
    differences.tell([...path, 'gpu', 'units'], 'reads the count of GPUs differently', 'value')
}

type FileVolume = Exclude<FileResources['storage'], readonly unknown[]>

function compareVolumes(
  path: Path,
  file: readonly FileVolume[],
  ours: AkashResources['storage'],
  differences: Differences,
): void {
  if (ours.every((volume, index) => sameVolume(file[index], volume))) return
  const keys = new Set(
    file.map(({ name, size, attributes }) =>
      volumeKey(
        name || 'default',
        sizeOf(size),
        Object.entries(attributes ?? {}).map(([key, value]) => `${key}=${String(value)}`),
      ),
    ),
  )
  const order = ours.every(({ name, size, attributes }) =>
    keys.has(volumeKey(name, size.val, attributes?.map(({ key, value }) => `${key}=${value}`) ?? [])),
  )
  differences.tell(
    path,
    order ? 'keeps the volumes in the order of the file' : 'reads the volumes differently',
  )
}

function sameVolume(theirs: FileVolume | undefined, our: AkashResources['storage'][number]): boolean {
  if (theirs === undefined || (theirs.name || 'default') !== our.name || sizeOf(theirs.size) !== our.size.val)
    return false
  const given = Object.entries(theirs.attributes ?? {})
  return (
    given.length === (our.attributes?.length ?? 0) &&
    given.every(([key, value]) =>
      our.attributes?.some((attribute) => attribute.key === key && attribute.value === String(value)),
    )
  )
}

function volumeKey(name: string, bytes: string, attributes: readonly string[]): string {
  return JSON.stringify([name, bytes, attributes.toSorted()])
}

/** The console takes units in any case, and rounds up. */
function sizeOf(text: string): string {
  const match = /^([\d.]+)([a-z])([a-z]*)$/.exec(text.toLowerCase())
  const power = 'kmgtpe'.indexOf(match?.[2] ?? '?')
  const value = Number.parseFloat(match?.[1] ?? '')
  return String(Math.ceil(power < 0 ? value : value * (match?.[3] === 'i' ? 1024 : 1000) ** (power + 1)))
}

function compareService(
  path: Path,
  file: AkashFile['services'][string],
  ours: ManifestService,
  differences: Differences,
): void {
  for (const key of ['command', 'args', 'env'] as const) {
    if (ours[key]?.length === 0) differences.tell([...path, key], 'takes an empty list for none')
  }
  const credentials = file.credentials
  const parts = ['host', 'email', 'username', 'password'] as const
  if (
    credentials !== undefined &&
    parts.some((part) => (credentials[part] ?? '') !== ours.credentials?.[part])
  ) {
    differences.tell([...path, 'credentials'], 'keeps the e-mail address and the blanks of credentials')
  }
  const permissions = file.params?.permissions
  if (permissions?.read?.length === 0)
    differences.tell([...path, 'params', 'permissions'], 'keeps an empty list of permissions')
  // Go escapes these two in JSON and JavaScript does not.
  if (
    separatesLines(file.image) ||
    file.command?.some(separatesLines) ||
    file.args?.some(separatesLines) ||
    file.env?.some(separatesLines)
  )
    differences.tell(path, 'writes line separators in text differently')
}

function separatesLines(text: string): boolean {
  return text.includes('\u2028') || text.includes('\u2029')
}

function compareExposes(
  path: Path,
  file: AkashFile['services'][string],
  ours: ManifestService,
  sequence: ReadonlyMap<string, number>,
  differences: Differences,
): void {
  for (const [index, expose] of file.expose?.entries() ?? []) {
    if ((expose.to ?? []).length === 0)
      differences.tell([...path, index], 'leaves out ports that are open to nobody')
    if (expose.accept?.length === 0)
      differences.tell([...path, index, 'accept'], 'takes an empty list for none')
    const options = expose.http_options
    for (const key of ['max_body_size', 'read_timeout', 'send_timeout', 'next_tries'] as const) {
      if (options?.[key] === 0)
        differences.tell([...path, index, 'http_options', key], 'takes a zero for zero, not for the default')
    }
    if (options?.next_cases?.length === 0)
      differences.tell(
        [...path, index, 'http_options', 'next_cases'],
        'takes no cases for none, not for the default',
      )
  }
  if (!keepsOrder(file, ours.expose)) compareTargets(path, file, ours, sequence, differences)
}

/** Whether the file lists its ports as they come out sorted, names no address and at most one service. */
function keepsOrder(file: AkashFile['services'][string], ours: readonly ManifestExpose[]): boolean {
  let position = 0
  let named = 0
  for (const { port, proto, to = [] } of file.expose ?? []) {
    for (const { service = '', global = false, ip } of to) {
      const our = ours[position]
      if (ip !== undefined || our?.port !== port || our.service !== service || our.global !== global)
        return false
      if (our.proto !== (proto?.toUpperCase() ?? 'TCP')) return false
      if (service !== '') named += 1
      position += 1
    }
  }
  return named < 2
}

function compareTargets(
  path: Path,
  file: AkashFile['services'][string],
  ours: ManifestService,
  sequence: ReadonlyMap<string, number>,
  differences: Differences,
): void {
  const exposes: Pick<
    ManifestExpose,
    'port' | 'externalPort' | 'proto' | 'service' | 'global' | 'ip' | 'endpointSequenceNumber'
  >[] = []
  const endpoints: AkashEndpoint[] = []
  for (const expose of file.expose ?? []) {
    for (const { service = '', global = false, ip = '' } of expose.to ?? []) {
      const proto = expose.proto?.toUpperCase() === 'UDP' ? 'UDP' : 'TCP'
      const endpointSequenceNumber = ip === '' ? 0 : (sequence.get(ip) ?? 0)
      exposes.push({
        port: expose.port,
        externalPort: expose.as ?? 0,
        proto,
        service,
        global,
        ip,
        endpointSequenceNumber,
      })
      if (!global) continue
      endpoints.push(
        proto === 'TCP' && (expose.as ?? expose.port) === 80
          ? { sequence_number: 0 }
          : { kind: 1, sequence_number: 0 },
      )
      if (ip !== '') endpoints.push({ kind: 2, sequence_number: endpointSequenceNumber })
    }
  }
  exposes.sort(
    (a, b) =>
      compareLocally(a.service, b.service) ||
      a.port - b.port ||
      compareLocally(a.proto, b.proto) ||
      Number(b.global) - Number(a.global),
  )
  const picked = ours.expose.map(
    ({ port, externalPort, proto, service, global, ip, endpointSequenceNumber }) => ({
      port,
      externalPort,
      proto,
      service,
      global,
      ip,
      endpointSequenceNumber,
    }),
  )
  if (!same(endpoints, ours.resources.endpoints))
    differences.tell(path, 'puts the endpoints in the order of the file, or numbers them differently')
  else if (!same(exposes, picked)) differences.tell(path, 'sorts or numbers the ports differently')
}

/** The console numbers addresses by ports that have one; a provider counts ports for a service too. */
function endpointSequence(file: AkashFile): Map<string, number> {
  if (file.endpoints === undefined) return new Map()
  const names = Object.values(file.services).flatMap(({ expose }) =>
    (expose ?? []).flatMap(({ to }) =>
      (to ?? []).flatMap(({ global, ip }) => (global === true && ip !== undefined ? [ip] : [])),
    ),
  )
  return new Map(names.sort().map((name, index) => [name, index + 1]))
}

function compareLocally(a: string, b: string): number {
  return a === b ? 0 : a.localeCompare(b)
}

/** Equal plain data, whatever the order of its keys. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  const keys = Object.keys(left)
  return keys.length === Object.keys(right).length && keys.every((key) => same(left[key], right[key]))
}
