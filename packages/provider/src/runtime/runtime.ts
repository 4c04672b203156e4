import type { Duplex, Readable } from 'node:stream'
import type { Address, Hex, LeaseFile, LogBlock, Service } from '@sublet/protocol'
import type { DiskLimits } from '../disk/disk-means.ts'

/** Whose machine part something is. It is written on everything a runtime makes, so that a crash orphans nothing. */
export interface Owner {
  /** Name of the network (chain and escrow), so that two networks on one machine never touch each other's parts. */
  network: string
  provider: Address
}

/** One replica of one service of one lease. */
export interface InstanceOwner extends Owner {
  leaseId: Hex
  service: string
  replica: number
}

export type Isolation = NonNullable<Service['isolation']>

export type InstanceMount =
  | { kind: 'volume'; volume: string; path: string; readOnly: boolean }
  | { kind: 'memory'; sizeBytes: number; path: string; readOnly: boolean }
  /** A folder of this machine that the provider filled. */
  | { kind: 'folder'; source: string; path: string; readOnly: boolean }

export interface InstanceFile {
  /** Absolute, inside the instance. */
  path: string
  /** Such as 0o644. */
  mode: number
  bytes: Uint8Array
}

/** A port that answers under another number too. */
export interface PortRedirect {
  from: number
  to: number
  protocol: 'tcp' | 'udp'
}

/** Everything needed to make one instance. Nothing else of the lease reaches a runtime. */
export interface InstanceSpec {
  owner: InstanceOwner
  image: string
  /** Replaces the image's entrypoint. */
  command?: readonly string[]
  /** Replaces the image's command. */
  args?: readonly string[]
  env: Readonly<Record<string, string>>
  /** Further variables, which lie on no disk where `secretsInMemory`. */
  secretEnv: Readonly<Record<string, string>>
  workingDir?: string
  user?: string
  cpuMillis: number
  memoryBytes: number
  /** Most processes and threads at one time. */
  pidsLimit: number
  /** The most that it can write beside its volumes, where `diskLimits` is `all`. */
  storageBytes: number
  /** Runtime's own names of the GPUs (`GPU-…` of NVIDIA). */
  gpuIds: readonly string[]
  mounts: readonly InstanceMount[]
  files: readonly InstanceFile[]
  /** Names by which the other instances of the lease find this one. */
  aliases: readonly string[]
  /** TCP ports that `connect` must reach. */
  ports: readonly number[]
  /** UDP ports that `datagramTarget` must lead to. */
  udpPorts?: readonly number[]
  /** Further numbers under which the other instances of the lease reach its ports. */
  redirects: readonly PortRedirect[]
  readOnlyRoot: boolean
  /** One of `isolations`. */
  isolation?: Isolation
  stopGraceMs: number
  /**
   * No other instance is ever in its lease and it keeps nothing that may hang on its host's name, so the runtime may
   * choose that name and put it where it starts fastest.
   */
  alone?: boolean
}

export type InstanceState = 'created' | 'running' | 'exited'

/** What a runtime knows of one instance. */
export interface Instance {
  id: string
  owner: InstanceOwner
  image: string
  state: InstanceState
  /** Set when `exited`. */
  exitCode?: number
  /** The memory limit ended it. */
  outOfMemory: boolean
  /** Milliseconds since 1970; absent before the first start. */
  startedAtMs?: number
  finishedAtMs?: number
}

/** An exit code above this says that a signal ended the process, or that the process says so. */
export const signalExitBase = 128

export interface Exit {
  exitCode: number
  outOfMemory: boolean
  /** Somebody outside ended it, and not it itself. Of codes above `signalExitBase`; absent where nobody can tell. */
  killed?: boolean
}

export interface PullProgress {
  /** Bytes fetched so far and to fetch, as far as known. */
  doneBytes: number
  totalBytes: number
  message: string
}

export interface RegistryCredentials {
  host: string
  username: string
  password: string
}

export interface ImageIdentity {
  /** The same for the same content, whatever it is called. */
  id: string
  /** `sha256:…` of the manifest as the registry has it, or the image's id where it came from no registry. */
  digest: string
}

export interface PullOptions {
  credentials?: RegistryCredentials
  onProgress?: (progress: PullProgress) => void
  signal?: AbortSignal
}

export interface LogRequest {
  follow: boolean
  /** Only this many of the last lines; all when absent. */
  tail?: number
  /** Milliseconds since 1970. */
  sinceMs?: number
  signal?: AbortSignal
}

export interface ExecRequest {
  command: readonly string[]
  tty: boolean
  columns?: number
  rows?: number
}

/** A command running in an instance. With a TTY everything comes on `stdout`. */
export interface ExecSession {
  stdin: NodeJS.WritableStream
  stdout: Readable
  stderr: Readable
  resize(columns: number, rows: number): Promise<void>
  /** Settles when the command has ended and its output is through. */
  exitCode: Promise<number>
  /** Ends the session; the command gets a hang-up where the runtime can give one. */
  close(): void
}

export interface InstanceUsage {
  /** Milliseconds of CPU used since the start. */
  cpuMs: number
  memoryBytes: number
  /** Through the instance's own network; 0 where it shares the machine's. */
  receivedBytes: number
  sentBytes: number
  /** From and to disks; 0 where the runtime does not tell. */
  readBytes: number
  writtenBytes: number
  /** Processes and threads, where they are counted. */
  processes?: number
}

export interface VolumeOwner extends Owner {
  tenant: Address
  deployment: string
  name: string
}

/** How large a volume is, and on which of the machine's disks it lies. */
export interface VolumeRoom {
  sizeBytes: number
  /** Storage class, such as `default` or `hdd`. */
  class: string
}

/** What of a disk is taken by something that a lease or kept volume has been promised. */
export interface DiskHeld {
  /** Storage class. */
  class: string
  heldBytes: number
}

export interface StoredVolume extends DiskHeld {
  name: string
  owner: VolumeOwner
  /** What it takes of its disk while nobody uses it. */
  heldBytes: number
}

/** `network`: leases reach the machine's own network. `seccomp`: their kernel calls are not filtered. */
export const isolationGaps = ['network', 'seccomp'] as const
export type IsolationGap = (typeof isolationGaps)[number]

/**
 * Runs instances on this machine. Every adapter passes `runtime.contract.ts`.
 *
 * Calls that name something missing throw `runtime.failed`; calls that can't reach the engine throw
 * `runtime.unavailable`, which is retryable and never a reason to end a lease. `remove*` of something missing is fine.
 */
export interface Runtime {
  /** As asks name it: `docker`, `podman` or `host`. */
  readonly name: string
  /** Why it stands in for a container engine that was looked for, and what mends that. */
  readonly lack?: { what: string; cure: string } | undefined
  /** Whether strangers' work may run here. Where false, only the machine's own network may. */
  readonly isolates: boolean
  /** What of that is missing here at this moment. */
  gaps(): readonly IsolationGap[]
  /** Sees to it again that what isolates stands, whoever has changed it. */
  confine(): Promise<void>
  /** Whether secret variables are kept off the disk. */
  readonly secretsInMemory: boolean
  /** Whether CPU and memory limits hold. */
  readonly limits: boolean
  /** Whose size is also the most that can be written. */
  readonly diskLimits: DiskLimits
  /** Where images lie, and what instances write where nothing limits that; absent where it is no folder of this machine. */
  readonly imageFolder?: string
  /** What it can put between an instance and the machine's kernel. */
  readonly isolations: readonly Isolation[]
  /** The most that a lease can send and receive, each, megabits a second; absent where nothing limits it. */
  readonly leaseMegabits?: number

  /** Throws `runtime.unavailable` when the engine does not answer. */
  ping(): Promise<void>

  /** Whether such an image could run here at all; where not, orders for it get no bid. */
  canRun(reference: string): boolean
  /** References of images that are here. */
  images(): Promise<string[]>
  /** Bytes of each image that is here, by reference; layers that several share count for each. */
  imageSizes(): Promise<Map<string, number>>
  /** Takes away a reference, and what only it used. False where an instance is made of it. */
  removeImage(reference: string): Promise<boolean>
  /** Makes sure that the image is here; pulls or builds only when it is not. Throws `image.unavailable`. */
  ensureImage(reference: string, options?: PullOptions): Promise<void>

  /** Which image lies here under a reference; undefined where none does, or the runtime has no images. */
  identifyImage(reference: string): Promise<ImageIdentity | undefined>
  /**
   * Asks the image's registry whether it may be had so; answers the digest that it has there, where the runtime has images.
   * Throws `image.unavailable` where it may not, or nobody can tell.
   */
  proveImage(reference: string, credentials: RegistryCredentials | undefined): Promise<string | undefined>

  /** Makes the instance with its lease's private network, not started. */
  create(spec: InstanceSpec): Promise<string>
  start(id: string): Promise<void>
  /** Settles when the instance has exited; at once when it has already. */
  wait(id: string, signal?: AbortSignal): Promise<Exit>
  inspect(id: string): Promise<Instance | undefined>
  /** Instances of one provider in one network, of all leases or of one, whatever their state. */
  list(owner: Owner, leaseId?: Hex): Promise<Instance[]>
  /** Asks to stop, then kills after the grace. Stopping an exited instance is fine. */
  stop(id: string, graceMs: number): Promise<void>
  /** Kills if need be and removes everything of the instance but named volumes. */
  remove(id: string): Promise<void>
  /** Removes what instances of the lease shared: network, scratch. */
  removeLease(owner: Owner, leaseId: Hex): Promise<void>

  /** As many lines at a time as are there; no more are fetched than the reader takes. */
  logs(id: string, request: LogRequest): AsyncIterable<LogBlock>
  exec(id: string, request: ExecRequest): Promise<ExecSession>
  /** What lies at an absolute path inside; undefined where nothing does. */
  statFile(id: string, path: string): Promise<LeaseFile | undefined>
  /** A tar archive of a file or folder inside, one entry at its top. Throws `file.not-found`. */
  packFiles(id: string, path: string): Promise<Readable>
  /** Unpacks an archive into a folder inside that is there. Throws `file.not-found` or `file.refused`. */
  unpackFiles(id: string, folder: string, archive: Readable): Promise<void>
  usage(id: string): Promise<InstanceUsage>
  /** A byte stream to a TCP port of the instance. Throws `lease.not-ready` while nothing listens. */
  connect(id: string, port: number): Promise<Duplex>
  /** Where datagrams for a UDP port of the instance are sent. Throws `lease.not-ready`. */
  datagramTarget(id: string, port: number): Promise<{ host: string; port: number }>

  /**
   * Makes the volume where it is not there yet, and as large as said where nobody uses it; answers the name that mounts
   * use. Throws `request.invalid` where it holds more than that.
   */
  ensureVolume(owner: VolumeOwner, room: VolumeRoom): Promise<string>
  volumes(owner: Owner): Promise<StoredVolume[]>
  removeVolume(name: string): Promise<void>
  /** What instances and volumes have taken of the disks so far. What cannot be known is left out. */
  diskHeld(owner: Owner): Promise<DiskHeld[]>
  /** A tar archive of everything in a volume, whether it is in use or not. Names begin with `./`, or with nothing. */
  packVolume(name: string): Promise<Readable>
  /** Unpacks an archive into a volume. Throws `file.refused` where it leads out of it. */
  unpackVolume(name: string, archive: Readable): Promise<void>

  /** Makes ready what the next lease would otherwise wait for. */
  prepare(owner: Owner): Promise<void>
  /** Removes spares that no lease uses. Containers stay. */
  sweep(owner: Owner): Promise<void>
  close(): Promise<void>
}
