import type { Duplex, Readable } from 'node:stream'
import type { Address, Hex } from '@sublet/protocol'

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

export type InstanceMount =
  | { kind: 'volume'; volume: string; path: string; readOnly: boolean }
  | { kind: 'memory'; sizeBytes: number; path: string; readOnly: boolean }

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
  workingDir?: string
  user?: string
  cpuMillis: number
  memoryBytes: number
  /** Most processes and threads at one time. */
  pidsLimit: number
  /** Runtime's own names of the GPUs (`GPU-…` of NVIDIA). */
  gpuIds: readonly string[]
  mounts: readonly InstanceMount[]
  files: readonly InstanceFile[]
  /** Names by which the other instances of the lease find this one. */
  aliases: readonly string[]
  /** TCP ports that `connect` must reach. */
  ports: readonly number[]
  /** Further numbers under which the other instances of the lease reach its ports. */
  redirects: readonly PortRedirect[]
  readOnlyRoot: boolean
  stopGraceMs: number
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

export interface Exit {
  exitCode: number
  outOfMemory: boolean
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

export interface RuntimeLogLine {
  stream: 'stdout' | 'stderr'
  atMs: number
  text: string
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
  receivedBytes: number
  sentBytes: number
}

export interface VolumeOwner extends Owner {
  tenant: Address
  deployment: string
  name: string
}

/**
 * Runs instances on this machine. Every adapter passes `runtime.contract.ts`.
 *
 * Calls that name something missing throw `runtime.failed`; calls that can't reach the engine throw
 * `runtime.unavailable`, which is retryable and never a reason to end a lease. `remove*` of something missing is fine.
 */
export interface Runtime {
  /** As asks name it: `docker`, `podman` or `host`. */
  readonly name: string
  /** Whether strangers' work may run here. Where false, only the machine's own network may. */
  readonly isolates: boolean
  /** Whether CPU and memory limits hold. */
  readonly limits: boolean

  /** Throws `runtime.unavailable` when the engine does not answer. */
  ping(): Promise<void>

  /** Whether such an image could run here at all; where not, orders for it get no bid. */
  canRun(reference: string): boolean
  /** References of images that are here. */
  images(): Promise<string[]>
  /** Makes sure that the image is here; pulls or builds only when it is not. Throws `image.unavailable`. */
  ensureImage(reference: string, options?: PullOptions): Promise<void>

  /** Makes the instance with its lease's private network, not started. */
  create(spec: InstanceSpec): Promise<string>
  start(id: string): Promise<void>
  /** Settles when the instance has exited; at once when it has already. */
  wait(id: string, signal?: AbortSignal): Promise<Exit>
  inspect(id: string): Promise<Instance | undefined>
  /** Instances of one provider in one network, whatever their state. */
  list(owner: Owner): Promise<Instance[]>
  /** Asks to stop, then kills after the grace. Stopping an exited instance is fine. */
  stop(id: string, graceMs: number): Promise<void>
  /** Kills if need be and removes everything of the instance but named volumes. */
  remove(id: string): Promise<void>
  /** Removes what instances of the lease shared: network, scratch. */
  removeLease(owner: Owner, leaseId: Hex): Promise<void>

  logs(id: string, request: LogRequest): AsyncIterable<RuntimeLogLine>
  exec(id: string, request: ExecRequest): Promise<ExecSession>
  usage(id: string): Promise<InstanceUsage>
  /** A byte stream to a TCP port of the instance. Throws `lease.not-ready` while nothing listens. */
  connect(id: string, port: number): Promise<Duplex>

  /** Makes the volume where it is not there yet; answers the name that mounts use. */
  ensureVolume(owner: VolumeOwner): Promise<string>
  volumes(owner: Owner): Promise<{ name: string; owner: VolumeOwner }[]>
  removeVolume(name: string): Promise<void>

  /** Makes ready what the next lease would otherwise wait for. */
  prepare(owner: Owner): Promise<void>
  /** Removes spares that no lease uses. Containers stay. */
  sweep(owner: Owner): Promise<void>
  close(): Promise<void>
}
