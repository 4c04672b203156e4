import { looksSecret } from '../clear-secret.ts'
import { normalModel } from '../gpu-model.ts'
import type { Findings } from '../source/findings.ts'
import { compareText } from '../source/records.ts'
import { normalPolicy } from '../sublet/read-sublet.ts'
import { defaultStopGraceMs } from '../sublet/sublet-service.ts'
import type { EnvEntry, Gpu, Group, Placement, Resources, Service, Volume, Workload } from '../workload.ts'
import { credentialsOf } from './manifest.ts'
import { normalPorts } from './normal-ports.ts'
import type { Sdl, SdlGpuKind, SdlParams, SdlPlacement, SdlResources, SdlService, SdlVolume } from './sdl.ts'
import { sortedNames } from './validate-sdl.ts'

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

/** The normal form of a file in which nothing was wrong: one group for each placement. */
export function normalWorkload(findings: Findings, sdl: Sdl): Workload | undefined {
  const placements = new Map<string, string[]>()
  for (const serviceName of sortedNames(sdl.deployment)) {
    for (const placementName of sdl.deployment.get(serviceName)?.keys() ?? []) {
      const services = placements.get(placementName)
      if (services === undefined) placements.set(placementName, [serviceName])
      else services.push(serviceName)
    }
  }
  const seen = new Set<string>()
  const groups = sortedNames(placements).map((name) =>
    normalGroup(findings, sdl, name, placements.get(name) ?? [], seen),
  )
  const name = groups[0]?.services[0]?.name
  if (name === undefined) return undefined
  return {
    form: 'sublet/1',
    name,
    groups,
    policy: normalPolicy(undefined),
    ...(sdl.reclaimWindowMs === undefined ? {} : { serviceLevels: { noticeMs: sdl.reclaimWindowMs } }),
  }
}

function normalGroup(
  findings: Findings,
  sdl: Sdl,
  name: string,
  serviceNames: readonly string[],
  seen: Set<string>,
): Group {
  const placement = sdl.placement.get(name)
  const ips = new Set<string>()
  let perBlock = 0n
  const services: Service[] = []
  for (const serviceName of serviceNames) {
    const deployment = sdl.deployment.get(serviceName)?.get(name)
    const service = sdl.services.get(serviceName)
    const resources = sdl.compute.get(deployment?.profile ?? '')?.resources
    if (
      deployment === undefined ||
      service === undefined ||
      resources === undefined ||
      deployment.count === 0
    )
      continue
    const price = placement?.pricing.get(deployment.profile)
    perBlock += (price?.amount ?? 0n) * BigInt(deployment.count)
    if (price !== undefined) warnOfDenomination(findings, name, deployment.profile, price.denom, seen)
    if (deployment.count > 1000) {
      findings.error(
        ['deployment', serviceName, name, 'count'],
        'akash.replicas',
        'More than 1000 replicas cannot run in one lease.',
        {
          expected: 'at most 1000',
        },
      )
    }
    for (const [index, expose] of service.expose.entries()) {
      for (const { ip } of expose.to) if (ip !== '') ips.add(ip)
      if (expose.as <= 65535 || seen.has(`service ${serviceName}`)) continue
      findings.warn(
        ['services', serviceName, 'expose', index, 'as'],
        'akash.as',
        `There is no port ${expose.as}; others see ${expose.port}.`,
        {
          expected: 'a port from 1 to 65535',
        },
      )
    }
    services.push(normalService(findings, sdl, serviceName, service, resources, deployment.count, seen))
  }
  // Token base units are millionths of a dollar, as uact is.
  const rate = (perBlock * blocksPerHour) / decimalUnit
  return {
    name,
    placement: normalPlacement(findings, name, placement),
    services,
    ips: [...ips].sort(compareText),
    maxRatePerHour: (rate === 0n ? 1n : rate).toString(),
  }
}

function warnOfDenomination(
  findings: Findings,
  placement: string,
  profile: string,
  denom: string,
  seen: Set<string>,
): void {
  if (denom === 'uact' || seen.has(`denom ${denom}`)) return
  seen.add(`denom ${denom}`)
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
  seen: Set<string>,
): Service {
  const first = !seen.has(`service ${name}`)
  seen.add(`service ${name}`)
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
    env: normalEnv(findings, name, service, first),
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
    permissions: [...new Set(params?.permissions?.read ?? [])].sort(compareText),
  }
  if (command !== null && command.length > 0) normal.command = command
  if (args !== null && args.length > 0) normal.args = args
  if (service.credentials !== undefined) normal.credentials = credentialsOf(sdl, service.credentials)
  if (tee === 'cpu' || tee === 'cpu-gpu') normal.tee = tee
  return normal
}

const secretReference = /^ac-secret:\/\/(.+)$/

/** Of two entries with one name the last counts, as in a shell. */
function normalEnv(findings: Findings, serviceName: string, service: SdlService, warn: boolean): EnvEntry[] {
  const entries = new Map<string, EnvEntry>()
  for (const [index, entry] of service.env?.entries() ?? []) {
    const split = entry.indexOf('=')
    const name = split < 0 ? entry : entry.slice(0, split)
    const value = split < 0 ? '' : entry.slice(split + 1)
    const secret = secretReference.exec(value)?.[1]
    entries.set(name, secret === undefined ? { name, value } : { name, secret })
    if (warn && secret === undefined && looksSecret(name, value)) {
      findings.warn(
        ['services', serviceName, 'env', index],
        'workload.secret-in-clear',
        `\`${name}\` looks like a secret written in clear.`,
        {
          mend: `write \`${name}=ac-secret://${name.toLowerCase().replace(/_/g, '-')}\` and give its value when deploying`,
        },
      )
    }
  }
  return [...entries.values()].sort((a, b) => compareText(a.name, b.name))
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
  const kinds: readonly SdlGpuKind[] = gpu.kinds.length === 0 ? [{ model: '*' }] : gpu.kinds
  const anyOf = new Map<string, Gpu['anyOf'][number]>()
  for (const { model, ramBytes = 0, interface: connection } of kinds) {
    const memoryBytes = Math.floor(ramBytes / 1024 ** 3) * 1024 ** 3
    const named = model === '*' || model === '' ? undefined : normalModel(model)
    anyOf.set(`${named ?? ''} ${String(memoryBytes).padStart(16, '0')} ${connection ?? ''}`, {
      vendor: 'nvidia',
      ...(named === undefined ? {} : { model: named }),
      ...(memoryBytes === 0 ? {} : { memoryBytes }),
      ...(connection === 'pcie' || connection === 'sxm' ? { interface: connection } : {}),
    })
  }
  const sorted = [...anyOf].sort(([a], [b]) => compareText(a, b))
  return { count: gpu.units, anyOf: sorted.map(([, kind]) => kind) }
}

function normalMounts(params: SdlParams | undefined): Service['mounts'] {
  const mounts = [...(params?.storage ?? [])].map(([volume, { mount, readOnly }]) => ({
    volume,
    path: mount,
    readOnly,
  }))
  return mounts.sort((a, b) => compareText(a.path, b.path))
}

function normalPlacement(findings: Findings, name: string, placement: SdlPlacement | undefined): Placement {
  const attributes: Placement['attributes'] = []
  const regions: string[] = []
  for (const { key, value } of placement?.attributes ?? []) {
    // Every provider of Akash calls itself so; it says which network, not which machine.
    if (key === 'host' && value === 'akash') continue
    if (key === 'region') regions.push(value)
    else attributes.push({ key, value })
  }
  const keep = (list: string[] | null, key: string) => {
    const foreign = list?.findIndex((auditor) => auditor.startsWith('akash1')) ?? -1
    if (foreign >= 0) {
      findings.warn(
        ['profiles', 'placement', name, 'signedBy', key, foreign],
        'akash.auditor-ignored',
        "Akash's auditors vouch for nobody here, so they are passed over.",
        {
          mend: 'name auditors of this network, or leave `signedBy` out',
        },
      )
    }
    return [...new Set(list?.filter((auditor) => !auditor.startsWith('akash1')) ?? [])].sort(compareText)
  }
  const { anyOf, allOf } = placement?.signedBy ?? { anyOf: null, allOf: null }
  return { regions, attributes, auditors: { anyOf: keep(anyOf, 'anyOf'), allOf: keep(allOf, 'allOf') } }
}
