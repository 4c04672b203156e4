import { normalModel } from '../gpu-model.ts'
import type { Findings } from '../source/findings.ts'
import { compareText } from '../source/records.ts'
import { normalPolicy } from '../sublet/read-sublet.ts'
import { defaultStopGraceMs } from '../sublet/sublet-service.ts'
import type { EnvEntry, Gpu, Group, Placement, Resources, Service, Volume, Workload } from '../workload.ts'
import { credentialsOf } from './manifest.ts'
import { normalPorts, sortedDistinct } from './normal-ports.ts'
import type { PlacedGroup } from './placed-service.ts'
import type {
  Sdl,
  SdlExpose,
  SdlGpuKind,
  SdlParams,
  SdlPlacement,
  SdlResources,
  SdlService,
  SdlVolume,
} from './sdl.ts'

/** Akash pays by block, one each 6 seconds. */
export const blocksPerHour = 600n
const decimalUnit = 10n ** 18n

/** Akash's storage classes by ours. */
export const storageClasses: Readonly<Record<string, string>> = {
  default: 'default',
  beta1: 'hdd',
  beta2: 'ssd',
  beta3: 'nvme',
  ram: 'ram',
}

/** What was looked at in another placement, and so told already. */
interface Told {
  services: Set<string>
  denominations: Set<string>
}

/** The normal form of a file in which nothing was wrong: one group for each placement. */
export function normalWorkload(
  findings: Findings,
  sdl: Sdl,
  placed: readonly PlacedGroup[],
): Workload | undefined {
  const told: Told = { services: new Set(), denominations: new Set() }
  const groups: Group[] = []
  for (const group of placed) groups.push(normalGroup(findings, sdl, group, told))
  const name = groups[0]?.services[0]?.name
  if (name === undefined) return undefined
  const workload: Workload = { form: 'sublet/1', name, groups, policy: normalPolicy(undefined) }
  if (sdl.reclaimWindowMs !== undefined) workload.serviceLevels = { noticeMs: sdl.reclaimWindowMs }
  return workload
}

function normalGroup(
  findings: Findings,
  sdl: Sdl,
  { name, placement, services: placed }: PlacedGroup,
  told: Told,
): Group {
  const ips: string[] = []
  let perBlock = 0n
  const services: Service[] = []
  for (const { serviceName, profileName, count, service, compute, price } of placed) {
    if (compute.resources === undefined || count === 0) continue
    if (price !== undefined) {
      perBlock += price.amount * BigInt(count)
      warnOfDenomination(findings, name, profileName, price.denom, told)
    }
    if (count > 1000) {
      findings.error(
        ['deployment', serviceName, name, 'count'],
        'akash.replicas',
        'More than 1000 replicas cannot run in one lease.',
        {
          expected: 'at most 1000',
        },
      )
    }
    for (let index = 0; index < service.expose.length; index += 1) {
      const { port, as, to } = service.expose[index] as SdlExpose
      for (const { ip } of to) if (ip !== '') ips.push(ip)
      if (as <= 65535 || told.services.has(serviceName)) continue
      findings.warn(
        ['services', serviceName, 'expose', index, 'as'],
        'akash.as',
        `There is no port ${as}; others see ${port}.`,
        {
          expected: 'a port from 1 to 65535',
        },
      )
    }
    services.push(normalService(findings, sdl, serviceName, service, compute.resources, count, told))
  }
  // Token base units are millionths of a dollar, as uact is.
  const rate = (perBlock * blocksPerHour) / decimalUnit
  return {
    name,
    placement: normalPlacement(findings, name, placement),
    services,
    ips: sortedDistinct(ips),
    maxRatePerHour: (rate === 0n ? 1n : rate).toString(),
  }
}

function warnOfDenomination(
  findings: Findings,
  placement: string,
  profile: string,
  denom: string,
  told: Told,
): void {
  if (denom === 'uact' || told.denominations.has(denom)) return
  told.denominations.add(denom)
  findings.warn(
    ['profiles', 'placement', placement, 'pricing', profile, 'denom'],
    'akash.denomination',
    `Prices in \`${denom}\` are read as if they were in uact, millionths of a dollar.`,
    {
      mend: 'check the amount and write `denom: uact`',
    },
  )
}

function normalService(
  findings: Findings,
  sdl: Sdl,
  name: string,
  service: SdlService,
  resources: SdlResources,
  replicas: number,
  told: Told,
): Service {
  const first = !told.services.has(name)
  told.services.add(name)
  if (first && name.length > 63) {
    findings.error(['services', name], 'akash.service-name', 'The name is too long to be found by.', {
      at: 'key',
      expected: 'at most 63 characters',
    })
  }
  const { command, args, params } = service
  const tee = params?.tee
  const normal: Service = {
    name,
    image: service.image,
    env: normalEnv(service),
    resources: normalResources(resources, params),
    mounts: normalMounts(params),
    files: [],
    fetches: [],
    ports: normalPorts(service.expose),
    aliases: [],
    restart: { policy: 'always' },
    replicas,
    dependsOn: [],
    stopWith: [],
    readOnlyRoot: false,
    stopGraceMs: defaultStopGraceMs,
    permissions: sortedDistinct(params?.permissions?.read ?? []),
  }
  if (command !== null && command.length > 0) normal.command = command
  if (args !== null && args.length > 0) normal.args = args
  if (service.credentials !== undefined) normal.credentials = credentialsOf(sdl, service.credentials)
  if (tee === 'cpu' || tee === 'cpu-gpu') normal.tee = tee
  return normal
}

const secretReference = /^ac-secret:\/\/(.+)$/

/** Of two entries with one name the last counts, as in a shell. */
function normalEnv(service: SdlService): EnvEntry[] {
  const entries: EnvEntry[] = []
  const lines = service.env ?? []
  // By index: entries are what most files have most of.
  for (let index = 0; index < lines.length; index += 1) {
    const entry = lines[index] ?? ''
    const split = entry.indexOf('=')
    const name = split < 0 ? entry : entry.slice(0, split)
    const value = split < 0 ? '' : entry.slice(split + 1)
    const secret = value.startsWith('ac-secret:') ? secretReference.exec(value)?.[1] : undefined
    entries.push(secret === undefined ? { name, value } : { name, secret })
  }
  if (entries.length < 2) return entries
  entries.sort((a, b) => compareText(a.name, b.name))
  return entries.filter(({ name }, index) => name !== entries[index + 1]?.name)
}

function attribute(volume: SdlVolume, key: string): string | undefined {
  return volume.attributes.find((candidate) => candidate.key === key)?.value
}

/** Space that is neither kept nor mounted is the container's own. */
function normalResources(resources: SdlResources, params: SdlParams | undefined): Resources {
  const volumes: Volume[] = []
  let storageBytes = 0
  for (const volume of resources.storage ?? []) {
    const persistent = attribute(volume, 'persistent') === 'true'
    const kind = storageClasses[attribute(volume, 'class') ?? 'default'] ?? 'default'
    if (!persistent && kind !== 'ram' && !(params?.storage.has(volume.name) ?? false))
      storageBytes += volume.bytes
    else volumes.push({ name: volume.name, sizeBytes: volume.bytes, class: kind, persistent })
  }
  const normal: Resources = {
    cpuMillis: resources.cpu?.units ?? 0,
    memoryBytes: resources.memory?.bytes ?? 0,
    storageBytes,
    volumes: volumes.length < 2 ? volumes : volumes.sort((a, b) => compareText(a.name, b.name)),
  }
  const arch = resources.cpu?.attributes[0]?.value
  if (arch !== undefined && arch !== '') normal.cpuArch = arch
  const gpu = normalGpu(resources)
  if (gpu !== undefined) normal.gpu = gpu
  return normal
}

/** In Akash's own order: its list says nothing of preference. */
function normalGpu({ gpu }: SdlResources): Gpu | undefined {
  if (gpu === undefined || gpu.units === 0) return undefined
  if (gpu.kinds.length === 0) return { count: gpu.units, anyOf: [{ vendor: 'nvidia' }] }
  const kinds = gpu.kinds.map(normalKind)
  if (kinds.length === 1) return { count: gpu.units, anyOf: kinds }
  const anyOf = new Map<string, GpuKind>()
  for (const kind of kinds) {
    const memory = String(kind.memoryBytes ?? 0).padStart(16, '0')
    anyOf.set(`${kind.model ?? ''} ${memory} ${kind.interface ?? ''}`, kind)
  }
  const sorted = [...anyOf].sort(([a], [b]) => compareText(a, b))
  return { count: gpu.units, anyOf: sorted.map(([, kind]) => kind) }
}

type GpuKind = Gpu['anyOf'][number]

function normalKind({ model, ramBytes = 0, interface: connection }: SdlGpuKind): GpuKind {
  const kind: GpuKind = { vendor: 'nvidia' }
  if (model !== '*' && model !== '') kind.model = normalModel(model)
  const memoryBytes = Math.floor(ramBytes / 1024 ** 3) * 1024 ** 3
  if (memoryBytes !== 0) kind.memoryBytes = memoryBytes
  if (connection === 'pcie' || connection === 'sxm') kind.interface = connection
  return kind
}

function normalMounts(params: SdlParams | undefined): Service['mounts'] {
  if (params === undefined) return []
  const mounts = [...params.storage].map(([volume, { mount, readOnly }]) => ({
    volume,
    path: mount,
    readOnly,
  }))
  return mounts.sort((a, b) => compareText(a.path, b.path))
}

function normalPlacement(
  findings: Findings,
  name: string,
  { attributes: wanted, signedBy }: SdlPlacement,
): Placement {
  const attributes: Placement['attributes'] = []
  const regions: string[] = []
  for (const { key, value } of wanted) {
    // Every provider of Akash calls itself so; it says which network, not which machine.
    if (key === 'host' && value === 'akash') continue
    if (key === 'region') regions.push(value)
    else attributes.push({ key, value })
  }
  return {
    regions,
    attributes,
    auditors: {
      anyOf: normalAuditors(findings, name, 'anyOf', signedBy.anyOf ?? []),
      allOf: normalAuditors(findings, name, 'allOf', signedBy.allOf ?? []),
    },
  }
}

function normalAuditors(
  findings: Findings,
  placement: string,
  key: 'anyOf' | 'allOf',
  listed: readonly string[],
): string[] {
  const kept: string[] = []
  let foreign: number | undefined
  for (let index = 0; index < listed.length; index += 1) {
    const auditor = listed[index] ?? ''
    if (auditor.startsWith('akash1')) foreign ??= index
    else kept.push(auditor)
  }
  if (foreign !== undefined) {
    findings.warn(
      ['profiles', 'placement', placement, 'signedBy', key, foreign],
      'akash.auditor-ignored',
      "Akash's auditors vouch for nobody here, so they are passed over.",
      {
        mend: 'name auditors of this network, or leave `signedBy` out',
      },
    )
  }
  return sortedDistinct(kept)
}
