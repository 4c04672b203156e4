import type { ContainerCreateOptions, HostConfig, MountConfig } from 'dockerode'
import type { InstanceSpec } from '../runtime.ts'
import { instanceLabels } from './labels.ts'
import { redirectsLabel } from './redirect-ports.ts'

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

export interface ContainerPlace {
  /** Name or id of the lease's private network. */
  network: string
  /** Publish the ports on this address, where containers' own addresses can't be reached. */
  publishOn?: string
  /** Files of the spec, already lying in memory on the machine, by their path inside. */
  fileSources: ReadonlyMap<string, string>
}

/** The same lease, service and replica give the same name, so that a crash between create and journal leaves no twin. */
export function containerName({ owner }: Pick<InstanceSpec, 'owner'>): string {
  return `sublet-${owner.provider.slice(2, 8)}-${owner.leaseId.slice(2, 12)}-${owner.service}-${owner.replica}`
}

export function containerOptions(spec: InstanceSpec, place: ContainerPlace): ContainerCreateOptions {
  const ports = spec.ports.map((port) => `${port}/tcp`)
  return {
    name: containerName(spec),
    Image: spec.image,
    Hostname: hostName(spec),
    Labels: {
      ...instanceLabels(spec.owner),
      ...(spec.redirects.length === 0 ? {} : { [redirectsLabel]: JSON.stringify(spec.redirects) }),
    },
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    ...(spec.command === undefined ? {} : { Entrypoint: [...spec.command] }),
    // A new entrypoint makes Docker forget the image's own command, which is what Kubernetes does too.
    ...(spec.args === undefined ? {} : { Cmd: [...spec.args] }),
    ...(spec.workingDir === undefined ? {} : { WorkingDir: spec.workingDir }),
    ...(spec.user === undefined ? {} : { User: spec.user }),
    ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])),
    StopTimeout: Math.ceil(spec.stopGraceMs / 1000),
    HostConfig: hostConfig(spec, place, ports),
    NetworkingConfig: {
      EndpointsConfig: { [place.network]: { Aliases: [...new Set([...spec.aliases, hostName(spec)])] } },
    },
  }
}

function hostName({ owner }: InstanceSpec): string {
  return `${owner.service}-${owner.replica}`.slice(-63).replace(/^-+/, '')
}

function hostConfig(spec: InstanceSpec, place: ContainerPlace, ports: readonly string[]): HostConfig {
  const memory = Math.max(spec.memoryBytes, leastMemoryBytes)
  return {
    NetworkMode: place.network,
    NanoCpus: Math.max(spec.cpuMillis, leastCpuMillis) * 1_000_000,
    Memory: memory,
    // Equal to Memory: no swap, or a lease would slow its neighbours down.
    MemorySwap: memory,
    PidsLimit: spec.pidsLimit,
    // Counted in Memory; Docker's own 64 MiB stops PyTorch's data loaders.
    ShmSize: Math.floor(memory / 2),
    CapDrop: ['ALL'],
    CapAdd: keptCapabilities,
    SecurityOpt: ['no-new-privileges'],
    ReadonlyRootfs: spec.readOnlyRoot,
    LogConfig: logConfig,
    RestartPolicy: { Name: 'no' },
    Mounts: [...spec.mounts.map(mountOf), ...fileMounts(place.fileSources)],
    ...(spec.gpuIds.length === 0
      ? {}
      : { DeviceRequests: [{ Driver: 'nvidia', DeviceIDs: [...spec.gpuIds], Capabilities: [['gpu']] }] }),
    ...(place.publishOn === undefined
      ? {}
      : {
          PortBindings: Object.fromEntries(
            ports.map((port) => [port, [{ HostIp: place.publishOn ?? '', HostPort: '' }]]),
          ),
        }),
  }
}

function mountOf(mount: InstanceSpec['mounts'][number]): MountConfig[number] {
  if (mount.kind === 'volume') {
    return { Type: 'volume', Source: mount.volume, Target: mount.path, ReadOnly: mount.readOnly }
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
