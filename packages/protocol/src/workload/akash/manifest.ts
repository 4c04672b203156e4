import { compareText } from '../source/records.ts'
import { formatDecimal } from './go-number.ts'
import { sortedNames } from './place-services.ts'
import type { PlacedGroup, PlacedService } from './placed-service.ts'
import {
  type Attribute,
  noHttpOptions,
  type Sdl,
  type SdlExpose,
  type SdlExposeTo,
  type SdlHttpOptions,
  type SdlPlacement,
  type SdlResources,
  type SdlService,
} from './sdl.ts'

/** What an Akash provider is sent, as JSON; null where Go has nil. */
export type AkashManifest = ManifestGroup[]

export interface ManifestGroup {
  name: string
  services: ManifestService[]
}

export interface ManifestService {
  name: string
  image: string
  command: string[] | null
  args: string[] | null
  env: string[] | null
  resources: AkashResources
  count: number
  expose: ManifestExpose[]
  /** Undefined, and so absent from the JSON, where the file says nothing of them. */
  params: ManifestParams | undefined
  credentials: { host: string; email: string; username: string; password: string } | null
}

export interface ManifestParams {
  storage: { name: string; mount: string; readOnly: boolean }[] | null
  permissions?: { read?: string[] }
  tee?: { type: string; attestation: true }
}

export interface ManifestExpose {
  port: number
  externalPort: number
  proto: 'TCP' | 'UDP'
  service: string
  global: boolean
  hosts: string[] | null
  httpOptions: ManifestHttpOptions
  ip: string
  endpointSequenceNumber: number
}

export interface ManifestHttpOptions {
  maxBodySize: number
  readTimeout: number
  sendTimeout: number
  nextTries: number
  nextTimeout: number
  nextCases: string[]
  proxyBufferSize?: number
}

export interface AkashResources {
  id: number
  cpu: { units: ResourceValue; attributes?: Attribute[] }
  memory: { size: ResourceValue }
  storage: { name: string; size: ResourceValue; attributes?: Attribute[] }[]
  gpu: { units: ResourceValue; attributes?: Attribute[] }
  endpoints: AkashEndpoint[]
}

/** A whole number as text. */
export interface ResourceValue {
  val: string
}

/** Kind 1 is a random port, 2 a leased IP address; absent is shared HTTP. */
export interface AkashEndpoint {
  kind?: 1 | 2
  sequence_number: number
}

/** What goes on Akash's chain for each placement, as JSON. */
export interface AkashGroup {
  name: string
  requirements: {
    signed_by: { all_of: string[] | null; any_of: string[] | null }
    attributes: Attribute[] | null
  }
  resources: { resource: AkashResources; count: number; price: { denom: string; amount: string } }[]
}

export interface AkashDeployment {
  manifest: AkashManifest
  groups: AkashGroup[]
}

/** Manifest and groups of a file in which nothing was wrong. */
export function buildDeployment(sdl: Sdl, placed: readonly PlacedGroup[]): AkashDeployment {
  const sequence = endpointSequence(sdl)
  const manifest: AkashManifest = []
  const groups: AkashGroup[] = []
  for (const group of placed) {
    const services: ManifestService[] = []
    groups.push(buildGroup(sdl, group, sequence, services))
    manifest.push({ name: group.name, services })
  }
  return { manifest, groups }
}

function buildGroup(
  sdl: Sdl,
  { name, placement, services: placed }: PlacedGroup,
  sequence: ReadonlyMap<string, number>,
  services: ManifestService[],
): AkashGroup {
  const units: AkashGroup['resources'] = []
  const unitOfProfile = new Map<string, AkashGroup['resources'][number]>()
  for (const { serviceName, profileName, count, service, compute, price } of placed) {
    if (compute.resources === undefined || price === undefined) continue
    const expose = buildExposes(service.expose, sequence)
    const endpoints: AkashEndpoint[] = []
    for (const each of expose) addEndpoints(endpoints, each)
    // 2.1 counts services of the same profile as one unit; 2.0 makes a unit of each.
    const unit = sdl.version === '2.1' ? unitOfProfile.get(profileName) : undefined
    const resources = buildResources(unit?.resource.id ?? units.length + 1, compute.resources, endpoints)
    if (unit === undefined) {
      const added = {
        // Of its own, as more endpoints may join it.
        resource: { ...resources },
        count,
        price: { denom: price.denom, amount: formatDecimal(price.amount) },
      }
      units.push(added)
      unitOfProfile.set(profileName, added)
    } else {
      unit.count = (unit.count + count) % 2 ** 32
      const all = [...unit.resource.endpoints, ...endpoints]
      unit.resource.endpoints = all.sort((a, b) => a.sequence_number - b.sequence_number)
    }
    services.push(buildService(sdl, serviceName, service, count, resources, expose))
  }
  return { name, requirements: requirementsOf(placement, placed), resources: units }
}

/** The first service of the placement that wants confidential computing asks for it in its attributes. */
function requirementsOf(
  { attributes, signedBy }: SdlPlacement,
  placed: readonly PlacedService[],
): AkashGroup['requirements'] {
  const all = attributes.slice()
  const tee = placed.find(({ service }) => (service.params?.tee ?? '') !== '')?.service.params?.tee
  if (tee !== undefined) {
    all.push({ key: 'tee/type', value: tee })
    all.sort((a, b) => compareText(a.key, b.key))
  }
  return {
    signed_by: { all_of: signedBy.allOf, any_of: signedBy.anyOf },
    attributes: all.length === 0 ? null : all,
  }
}

const noSequence: ReadonlyMap<string, number> = new Map()

/**
 * Numbers of the leased IP addresses. Ports for a service count too, under an empty name, which leaves gaps: that is
 * how Akash numbers them.
 */
function endpointSequence(sdl: Sdl): ReadonlyMap<string, number> {
  if (sdl.endpoints.size === 0) return noSequence
  const names: string[] = []
  for (const serviceName of sdl.deployment.keys()) {
    for (const { to } of sdl.services.get(serviceName)?.expose ?? []) {
      for (const { global, ip } of to) if (!global || ip !== '') names.push(ip)
    }
  }
  const sequence = new Map<string, number>()
  for (const [index, name] of names.sort(compareText).entries()) sequence.set(name, index + 1)
  return sequence
}

const toNobody: readonly SdlExposeTo[] = [{ service: '', global: false, ip: '' }]

function buildExposes(
  exposes: readonly SdlExpose[],
  sequence: ReadonlyMap<string, number>,
): ManifestExpose[] {
  const built: ManifestExpose[] = []
  for (const { port, as, proto, to, accept, httpOptions: given } of exposes) {
    const httpOptions = buildHttpOptions(given)
    for (const { service, global, ip } of to.length === 0 ? toNobody : to) {
      built.push({
        endpointSequenceNumber: global && ip !== '' ? (sequence.get(ip) ?? 0) : 0,
        externalPort: as,
        global,
        hosts: accept,
        httpOptions,
        ip,
        port,
        proto: proto.toUpperCase() === 'UDP' ? 'UDP' : 'TCP',
        service,
      })
    }
  }
  return built.length < 2 ? built : built.sort(compareExposes)
}

function compareExposes(a: ManifestExpose, b: ManifestExpose): number {
  return (
    compareText(a.service, b.service) ||
    a.port - b.port ||
    compareText(a.proto, b.proto) ||
    Number(b.global) - Number(a.global)
  )
}

const usualHttpOptions: ManifestHttpOptions = {
  maxBodySize: 1048576,
  nextCases: ['error', 'timeout'],
  nextTimeout: 0,
  nextTries: 3,
  readTimeout: 60000,
  sendTimeout: 60000,
}

export function buildHttpOptions(options: SdlHttpOptions): ManifestHttpOptions {
  if (options === noHttpOptions) return usualHttpOptions
  const cases = options.nextCases ?? []
  return {
    maxBodySize: options.maxBodySize || usualHttpOptions.maxBodySize,
    nextCases: cases.length === 0 ? usualHttpOptions.nextCases : cases,
    nextTimeout: options.nextTimeout,
    nextTries: options.nextTries || usualHttpOptions.nextTries,
    // Left out when unset, so that providers older than the option compute the same hash.
    ...(options.proxyBufferSize === 0 ? {} : { proxyBufferSize: options.proxyBufferSize }),
    readTimeout: options.readTimeout || usualHttpOptions.readTimeout,
    sendTimeout: options.sendTimeout || usualHttpOptions.sendTimeout,
  }
}

function addEndpoints(endpoints: AkashEndpoint[], expose: ManifestExpose): void {
  if (!expose.global) return
  const shared = expose.proto === 'TCP' && (expose.externalPort || expose.port) === 80
  endpoints.push(shared ? { sequence_number: 0 } : { kind: 1, sequence_number: 0 })
  if (expose.ip !== '') endpoints.push({ kind: 2, sequence_number: expose.endpointSequenceNumber })
}

function buildResources(id: number, resources: SdlResources, endpoints: AkashEndpoint[]): AkashResources {
  return {
    cpu: amount(resources.cpu),
    endpoints,
    gpu: amount(resources.gpu),
    id,
    memory: { size: value(resources.memory?.bytes) },
    storage: (resources.storage ?? []).map(({ name, bytes, attributes }) =>
      attributes.length === 0 ? { name, size: value(bytes) } : { attributes, name, size: value(bytes) },
    ),
  }
}

function amount(given: SdlResources['cpu']): AkashResources['cpu'] {
  const units = value(given?.units)
  return given === undefined || given.attributes.length === 0
    ? { units }
    : { attributes: given.attributes, units }
}

function value(number: number | undefined): ResourceValue {
  return { val: String(number ?? 0) }
}

function buildService(
  sdl: Sdl,
  name: string,
  service: SdlService,
  count: number,
  resources: AkashResources,
  expose: ManifestExpose[],
): ManifestService {
  return {
    args: service.args,
    command: service.command,
    count,
    credentials: service.credentials === undefined ? null : credentialsOf(sdl, service.credentials),
    env: service.env,
    expose,
    image: service.image,
    name,
    params: service.params === undefined ? undefined : buildParams(service.params),
    resources,
  }
}

/** 2.0 drops the address and keeps blanks; 2.1 does neither. */
export function credentialsOf(
  sdl: Pick<Sdl, 'version'>,
  given: NonNullable<SdlService['credentials']>,
): NonNullable<ManifestService['credentials']> {
  const { host, email, username, password } = given
  if (sdl.version === '2.0') return { email: '', host, password, username }
  return { email: email.trim(), host: host.trim(), password: password.trim(), username: username.trim() }
}

function buildParams(params: NonNullable<SdlService['params']>): ManifestParams {
  const read = params.permissions?.read ?? []
  const storage = sortedNames(params.storage).map((name) => {
    const { mount, readOnly } = params.storage.get(name) ?? { mount: '', readOnly: false }
    return { mount, name, readOnly }
  })
  return {
    ...(params.permissions === undefined ? {} : { permissions: read.length === 0 ? {} : { read } }),
    storage: storage.length === 0 ? null : storage,
    ...(params.tee === '' ? {} : { tee: { attestation: true as const, type: params.tee } }),
  }
}
