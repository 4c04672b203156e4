import type { ContainerCreateOptions, HostConfig, MountConfig } from 'dockerode'
import { busAddressOf } from '../../inventory/device.ts'
import type { InstanceFile, InstanceSpec } from '../runtime.ts'
import { instanceLabels } from './labels.ts'
import type { LeaseNetwork } from './lease-networks.ts'
import { joining } from './network-holder.ts'
import { redirectsLabel } from './redirect-ports.ts'
import { launched, launcherPath } from './secret-environment.ts'

/**
 * What a container may still do as its own root. Servers change their user (SETUID, SETGID), own their files (CHOWN,
 * DAC_OVERRIDE, FOWNER, FSETID), signal their children (KILL), listen below 1024 (NET_BIND_SERVICE) and some confine
 * themselves (SYS_CHROOT). Left out of Docker's usual list: NET_RAW (spoofing on the bridge), MKNOD, SETPCAP,
 * SETFCAP, AUDIT_WRITE.
 */
export const keptCapabilities = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'NET_BIND_SERVICE',
  'SETGID',
  'SETUID',
  'SYS_CHROOT',
]

/** Docker refuses less than 6 MiB. */
const leastMemoryBytes = 6 * 1024 * 1024

/** Docker refuses less than a hundredth of a core. */
const leastCpuMillis = 10

/** Log files of one container: three of 10 MiB, the oldest goes first. */
const logConfig = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } }

/** Marks containers whose commands must be launched to get the secret variables, and by what. */
export const launchedLabel = 'sublet.launched'

export interface ContainerPlace {
  /** The lease's private network. */
  network: LeaseNetwork
  /** Publish the ports on this address, where containers' own addresses can't be reached. */
  publishOn?: string
  /** Set where secret variables lie in memory: what the image says, which the launcher must say instead of Docker. */
  launchedFrom?: {
    Entrypoint?: string | string[] | null | undefined
    Cmd?: string[] | null | undefined
  }
  /** Files of the spec, already lying in memory on the machine, by their path inside. */
  fileSources: ReadonlyMap<string, string>
  /** Path of a profile in place of the engine's own. */
  seccompProfile?: string | undefined
  /** Other than the engine's usual one. */
  engineRuntime?: string
  /** The engine's storage driver limits a container's own space. */
  hasDiskQuota?: boolean
  /** Device files of those of its GPUs that the engine does not know by name. */
  gpuNodes?: GpuNodes
}

/** The device files through which containers reach AMD's and Intel's GPUs. */
export interface GpuNodes {
  /** Such as `/dev/kfd` and `/dev/dri/renderD128`. */
  paths: readonly string[]
  /** Numbers of the groups that may open them, so that programs need not be root. */
  groups: readonly number[]
}

/** The same lease, service and replica give the same name, so that a crash between create and journal leaves no twin. */
export function containerName({ owner }: Pick<InstanceSpec, 'owner'>): string {
  return `sublet-${owner.provider.slice(2, 8)}-${owner.leaseId.slice(2, 12)}-${owner.service}-${owner.replica}`
}

export function containerOptions(spec: InstanceSpec, place: ContainerPlace): ContainerCreateOptions {
  const ports = [
    ...spec.ports.map((port) => `${port}/tcp`),
    ...(spec.udpPorts ?? []).map((port) => `${port}/udp`),
  ]
  return {
    name: containerName(spec),
    Image: spec.image,
    Labels: {
      ...instanceLabels(spec.owner),
      ...(place.launchedFrom === undefined ? {} : { [launchedLabel]: launcherPath }),
      ...(spec.redirects.length === 0 ? {} : { [redirectsLabel]: JSON.stringify(spec.redirects) }),
    },
    ...programOf(spec, place.launchedFrom),
    ...(spec.workingDir === undefined ? {} : { WorkingDir: spec.workingDir }),
    ...(spec.user === undefined ? {} : { User: spec.user }),
    StopTimeout: Math.ceil(spec.stopGraceMs / 1000),
    HostConfig: hostConfig(spec, place, ports),
    // Who joins another's place in the network has its host name and addresses too.
    ...(place.network.holder === undefined
      ? {
          Hostname: hostName(spec),
          ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])),
          NetworkingConfig: { EndpointsConfig: { [place.network.name]: { Aliases: ownNames(spec) } } },
        }
      : {}),
  }
}

/** What an instance finds in place of its engine's own table of names when it joins a holder's place. */
export function hostsFile(spec: InstanceSpec, { name, holder }: LeaseNetwork): InstanceFile {
  const lines = ['127.0.0.1 localhost', '::1 localhost ip6-localhost ip6-loopback']
  if (holder !== undefined) lines.push(`${holder.address} ${[...ownNames(spec), name].join(' ')}`)
  return { path: '/etc/hosts', mode: 0o644, bytes: new TextEncoder().encode(`${lines.join('\n')}\n`) }
}

function ownNames(spec: InstanceSpec): string[] {
  return [...new Set([...spec.aliases, hostName(spec)])]
}

/** A new entrypoint makes Docker forget the image's own command, which is what Kubernetes does too. */
function programOf({ command, args, env, secretEnv }: InstanceSpec, image: ContainerPlace['launchedFrom']) {
  const entries = (variables: Readonly<Record<string, string>>) =>
    Object.entries(variables).map(([name, value]) => `${name}=${value}`)
  if (image === undefined) {
    return {
      Env: entries({ ...env, ...secretEnv }),
      ...(command === undefined ? {} : { Entrypoint: [...command] }),
      ...(args === undefined ? {} : { Cmd: [...args] }),
    }
  }
  const program = [
    ...(command ?? [image.Entrypoint ?? []].flat()),
    ...(args ?? (command === undefined ? (image.Cmd ?? []) : [])),
  ]
  return {
    Env: entries(env),
    Entrypoint: launched(program),
    Cmd: [],
  }
}

function hostName({ owner }: InstanceSpec): string {
  return `${owner.service}-${owner.replica}`.slice(-63).replace(/^-+/, '')
}

function hostConfig(spec: InstanceSpec, place: ContainerPlace, ports: readonly string[]): HostConfig {
  const memory = Math.max(spec.memoryBytes, leastMemoryBytes)
  return {
    NetworkMode: place.network.holder === undefined ? place.network.name : joining(place.network.holder),
    NanoCpus: Math.max(spec.cpuMillis, leastCpuMillis) * 1_000_000,
    Memory: memory,
    // Equal to Memory: no swap, or a lease would slow its neighbours down.
    MemorySwap: memory,
    PidsLimit: spec.pidsLimit,
    // Counted in Memory; Docker's own 64 MiB stops PyTorch's data loaders.
    ShmSize: Math.floor(memory / 2),
    CapDrop: ['ALL'],
    CapAdd: keptCapabilities,
    SecurityOpt: [
      'no-new-privileges',
      ...(place.seccompProfile === undefined ? [] : [`seccomp=${place.seccompProfile}`]),
    ],
    ReadonlyRootfs: spec.readOnlyRoot,
    ...(place.engineRuntime === undefined ? {} : { Runtime: place.engineRuntime }),
    LogConfig: logConfig,
    ...(place.hasDiskQuota === true ? { StorageOpt: { size: String(spec.storageBytes) } } : {}),
    RestartPolicy: { Name: 'no' },
    Mounts: [...spec.mounts.map(mountOf), ...fileMounts(place.fileSources)],
    ...gpuConfig(spec.gpuIds, place.gpuNodes),
    ...(place.publishOn === undefined
      ? {}
      : {
          PortBindings: Object.fromEntries(
            ports.map((port) => [port, [{ HostIp: place.publishOn ?? '', HostPort: '' }]]),
          ),
        }),
  }
}

/** NVIDIA's cards and slices go by name, through its container toolkit; the others are device files like any other. */
function gpuConfig(gpuIds: readonly string[], nodes: GpuNodes | undefined): HostConfig {
  const named = gpuIds.filter((id) => busAddressOf(id) === undefined)
  return {
    ...(named.length === 0
      ? {}
      : { DeviceRequests: [{ Driver: 'nvidia', DeviceIDs: named, Capabilities: [['gpu']] }] }),
    ...(nodes === undefined || nodes.paths.length === 0
      ? {}
      : {
          Devices: nodes.paths.map((path) => ({
            PathOnHost: path,
            PathInContainer: path,
            CgroupPermissions: 'rw',
          })),
          GroupAdd: nodes.groups.map(String),
        }),
  }
}

function mountOf(mount: InstanceSpec['mounts'][number]): MountConfig[number] {
  if (mount.kind === 'volume') {
    return { Type: 'volume', Source: mount.volume, Target: mount.path, ReadOnly: mount.readOnly }
  }
  if (mount.kind === 'folder') {
    return { Type: 'bind', Source: mount.source, Target: mount.path, ReadOnly: mount.readOnly }
  }
  return {
    Type: 'tmpfs',
    Source: '',
    Target: mount.path,
    ReadOnly: mount.readOnly,
    TmpfsOptions: { SizeBytes: mount.sizeBytes, Mode: 0o1777 },
  }
}

function fileMounts(sources: ReadonlyMap<string, string>): MountConfig {
  return [...sources].map(([target, source]) => ({
    Type: 'bind',
    Source: source,
    Target: target,
    ReadOnly: true,
  }))
}
