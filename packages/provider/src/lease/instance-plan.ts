import {
  type Group,
  type Hex,
  type Manifest,
  ownVolumeName,
  type Service,
  SubletError,
  type Volume,
} from '@sublet/protocol'
import type { Allocation } from '../bid/allocate.ts'
import type {
  InstanceFile,
  InstanceMount,
  InstanceSpec,
  Owner,
  PortRedirect,
  VolumeOwner,
} from '../runtime/runtime.ts'

export interface PlanParts {
  owner: Owner
  leaseId: Hex
  manifest: Manifest
  allocation: Allocation
}

/** More than this no single service needs; a fork bomb ends here. */
const pidsLimit = 4096

/** A volume of one replica, and whether it outlives the lease. */
export interface PlannedVolume {
  volume: Volume
  owner: VolumeOwner
  persistent: boolean
}

/** The volumes of one replica that lie on a disk, in the order of the file. */
export function volumesOf(parts: PlanParts, service: Service, replica: number): PlannedVolume[] {
  const { owner, leaseId, manifest } = parts
  return service.resources.volumes
    .filter((volume) => volume.class !== 'ram')
    .map((volume) => ({
      volume,
      persistent: volume.persistent,
      owner: {
        ...owner,
        tenant: manifest.agreement.tenant,
        // A volume that isn't kept belongs to its lease alone.
        deployment: volume.persistent ? manifest.deployment : leaseId,
        name: volume.shared === true ? volume.name : ownVolumeName(service.name, replica, volume.name),
      },
    }))
}

/**
 * Everything for one replica. `volumeNames` gives the runtime's name of each volume by the workload's, `fetched` what was
 * fetched for it.
 */
export function planInstance(
  parts: PlanParts,
  service: Service,
  replica: number,
  volumeNames: ReadonlyMap<string, string>,
  fetched: readonly InstanceMount[] = [],
): InstanceSpec {
  const { owner, leaseId, manifest, allocation } = parts
  return {
    owner: { ...owner, leaseId, service: service.name, replica },
    image: service.image,
    ...(service.command === undefined ? {} : { command: service.command }),
    ...(service.args === undefined ? {} : { args: service.args }),
    ...(service.workingDir === undefined ? {} : { workingDir: service.workingDir }),
    ...(service.user === undefined ? {} : { user: service.user }),
    env: {
      ...Object.fromEntries(
        service.env.flatMap((entry) => ('value' in entry ? [[entry.name, entry.value]] : [])),
      ),
      SUBLET_LEASE: leaseId,
      SUBLET_PROVIDER: owner.provider,
      SUBLET_DEPLOYMENT: manifest.deployment,
      SUBLET_SERVICE: service.name,
      SUBLET_REPLICA: String(replica),
    },
    secretEnv: Object.fromEntries(
      service.env.flatMap((entry) =>
        'secret' in entry ? [[entry.name, secretOf(manifest, entry.secret)]] : [],
      ),
    ),
    cpuMillis: service.resources.cpuMillis,
    memoryBytes: service.resources.memoryBytes,
    pidsLimit,
    storageBytes: service.resources.storageBytes,
    ...(service.isolation === undefined ? {} : { isolation: service.isolation }),
    gpuIds: allocation.gpus[service.name]?.[replica] ?? [],
    mounts: [...mountsOf(service, volumeNames), ...fetched],
    files: filesOf(manifest, service),
    aliases: [service.name, ...service.aliases],
    ports: [...new Set(service.ports.filter(({ protocol }) => protocol !== 'udp').map(({ port }) => port))],
    udpPorts: service.ports.filter(({ protocol }) => protocol === 'udp').map(({ port }) => port),
    redirects: manifest.group.services.length === 1 ? [] : redirectsOf(service),
    readOnlyRoot: service.readOnlyRoot,
    stopGraceMs: service.stopGraceMs,
    alone:
      manifest.group.services.length === 1 &&
      service.replicas === 1 &&
      // Some databases name their files after their host.
      !service.resources.volumes.some(({ persistent }) => persistent),
  }
}

/** Others see a port under another number; a number that is itself a port of the service stays that. */
function redirectsOf({ ports }: Service): PortRedirect[] {
  return ports.flatMap(({ port, as, protocol }): PortRedirect[] => {
    const kind = protocol === 'udp' ? 'udp' : 'tcp'
    const isOwn = ports.some((other) => other.port === as && (other.protocol === 'udp') === (kind === 'udp'))
    return as === port || isOwn ? [] : [{ from: as, to: port, protocol: kind }]
  })
}

function mountsOf(service: Service, volumeNames: ReadonlyMap<string, string>): InstanceMount[] {
  return service.mounts.map(({ volume: name, path, readOnly }) => {
    const volume = service.resources.volumes.find((one) => one.name === name)
    if (volume?.class === 'ram') return { kind: 'memory', sizeBytes: volume.sizeBytes, path, readOnly }
    const volumeName = volumeNames.get(name)
    if (volumeName === undefined) {
      throw new SubletError('request.invalid', `${service.name} mounts ${name}, which it does not declare.`)
    }
    return { kind: 'volume', volume: volumeName, path, readOnly }
  })
}

function filesOf(manifest: Manifest, service: Service): InstanceFile[] {
  return service.files.map(({ path, mode, content, secret }) => ({
    path,
    mode,
    bytes: new TextEncoder().encode(secret === undefined ? (content ?? '') : secretOf(manifest, secret)),
  }))
}

function secretOf({ secrets }: Manifest, name: string): string {
  const value = secrets[name]
  if (value !== undefined) return value
  throw new SubletError('request.invalid', `The manifest carries no value for the secret ${name}.`, {
    hint: 'Give it with the deployment: --secret NAME=VALUE.',
  })
}

/** Names of secrets that the group refers to and the manifest lacks. */
export function missingSecrets({ group, secrets }: Pick<Manifest, 'group' | 'secrets'>): string[] {
  const named = group.services.flatMap(({ env, files, fetches, ports }) => [
    ...env.flatMap((entry) => ('secret' in entry ? [entry.secret] : [])),
    ...[...files, ...fetches].flatMap(({ secret }) => (secret === undefined ? [] : [secret])),
    ...ports.flatMap(({ certificate }) => (certificate === undefined ? [] : [certificate])),
  ])
  return [...new Set(named)].filter((name) => !(name in secrets))
}

/** Services in an order in which each comes after those it depends on. Throws `request.invalid` on a cycle. */
export function startOrder(services: Group['services']): Service[] {
  const ordered: Service[] = []
  const visiting = new Set<string>()
  const visit = (service: Service) => {
    if (ordered.includes(service)) return
    if (visiting.has(service.name)) {
      throw new SubletError('request.invalid', `${service.name} waits for itself through its dependencies.`)
    }
    visiting.add(service.name)
    for (const { service: name } of service.dependsOn) {
      const needed = services.find((one) => one.name === name)
      if (needed === undefined) {
        throw new SubletError('request.invalid', `${service.name} waits for ${name}, which is not there.`)
      }
      visit(needed)
    }
    ordered.push(service)
  }
  for (const service of services) visit(service)
  return ordered
}
