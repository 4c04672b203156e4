import { z } from 'zod'
import { inBytes, inCpuMillis, inMs, inSeconds } from '../units/quantity.ts'

/**
 * The normal form: what to run, whatever file it came from. Readers produce it, everything else consumes it.
 * Lists are sorted by name unless their order means something (command, args, hosts, GPU preferences).
 */

const nameSchema = z
  .string()
  .regex(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and hyphens')

export const gpuSchema = z.strictObject({
  count: z.int().min(1).max(64),
  /** Any of these serves; empty means any GPU. */
  anyOf: z.array(
    z.strictObject({
      vendor: z.string(),
      /** Lower-case model such as `rtx4090` or `h100`; absent means every model of the vendor. */
      model: z.string().optional(),
      memoryBytes: inBytes(z.int().positive()).optional(),
      interface: z.enum(['pcie', 'sxm']).optional(),
    }),
  ),
  /** Least memory on each GPU, in bytes. */
  minMemoryBytes: inBytes(z.int().positive()).optional(),
})

export const volumeSchema = z.strictObject({
  name: z.string(),
  sizeBytes: inBytes(z.int().positive()),
  /** `default`, `hdd`, `ssd`, `nvme`, or `ram` for memory. */
  class: z.string(),
  /** Kept with the deployment across leases on the same provider. */
  persistent: z.boolean(),
  /** One volume for every service of the group that names it; each service has its own unless this is set. */
  shared: z.boolean().optional(),
})

export const resourcesSchema = z.strictObject({
  cpuMillis: inCpuMillis(z.int().positive()),
  cpuArch: z.string().optional(),
  memoryBytes: inBytes(z.int().positive()),
  /** Writable space of the container itself. */
  storageBytes: inBytes(z.int().nonnegative()),
  volumes: z.array(volumeSchema),
  gpu: gpuSchema.optional(),
})

export const portSchema = z.strictObject({
  /** The port inside the container. */
  port: z.int().min(1).max(65535),
  /** The port that others see; the same unless said otherwise. */
  as: z.int().min(1).max(65535),
  /** `http` includes WebSocket. */
  protocol: z.enum(['http', 'tcp', 'udp']),
  public: z.boolean(),
  /** Host names of the tenant's own. */
  hosts: z.array(z.string()),
  /** Name of the secret that holds their certificate, chain and key in PEM; one is ordered where absent. */
  certificate: z.string().optional(),
  /** Services that may reach it; empty means every service of the group. */
  allow: z.array(z.string()),
  /** Name of a leased IP address, declared by the group. */
  ip: z.string().optional(),
  http: z
    .strictObject({
      maxBodyBytes: inBytes(z.int().positive()),
      readTimeoutMs: inMs(z.int().positive()),
      sendTimeoutMs: inMs(z.int().positive()),
      nextTries: z.int().nonnegative(),
      nextTimeoutMs: inMs(z.int().nonnegative()),
      nextCases: z.array(z.string()),
      /** Buffer for the header of an answer; absent leaves it to the provider. */
      proxyBufferBytes: inBytes(z.int().positive()).optional(),
    })
    .optional(),
})

export const probeSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('http'),
    port: z.int(),
    path: z.string(),
    method: z.string(),
    expectStatus: z.int().optional(),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('tcp'), port: z.int() }),
  z.strictObject({
    kind: z.literal('websocket'),
    port: z.int(),
    path: z.string(),
    expect: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('command'), command: z.array(z.string()) }),
])

export const healthSchema = z.strictObject({
  probe: probeSchema,
  intervalMs: inMs(z.int().positive()),
  timeoutMs: inMs(z.int().positive()),
  retries: z.int().positive(),
  startPeriodMs: inMs(z.int().nonnegative()),
  /** Asked only until it has passed once: it says when the service is ready, not whether it stays well. */
  startOnly: z.boolean().optional(),
  /** Further probes, at the same beat, that must pass too. */
  also: z.array(z.strictObject({ probe: probeSchema, startOnly: z.boolean() })).optional(),
})

export const envSchema = z.union([
  z.strictObject({ name: z.string(), value: z.string() }),
  /** The value is sent with the manifest, sealed, and never written to a file. */
  z.strictObject({ name: z.string(), secret: z.string() }),
])

/**
 * What the provider completes just before the start, because it takes another service's results, an address or the
 * lease itself. Until then the service's own fields hold the unresolved text.
 */
export const lateSchema = z.strictObject({
  /** Whose rules of interpolation count. */
  rules: z.literal('nosana'),
  /** The operation's arguments, with literals such as `%%ops.train.results.loss%%` left in. */
  args: z.record(z.string(), z.unknown()),
  /** Services by the operation ids that the literals use. */
  services: z.record(z.string(), z.string()),
})

export const serviceSchema = z.strictObject({
  name: nameSchema,
  image: z.string().min(1),
  /** Replaces the image's entrypoint. */
  command: z.array(z.string()).optional(),
  /** Replaces the image's command. */
  args: z.array(z.string()).optional(),
  workingDir: z.string().optional(),
  user: z.string().optional(),
  env: z.array(envSchema),
  resources: resourcesSchema,
  mounts: z.array(z.strictObject({ volume: z.string(), path: z.string(), readOnly: z.boolean() })),
  /** Small files that the manifest carries: configs and secrets. */
  files: z.array(
    z.strictObject({
      path: z.string(),
      mode: z.int(),
      content: z.string().optional(),
      secret: z.string().optional(),
    }),
  ),
  /** Things to fetch before the start, such as model weights. */
  fetches: z.array(
    z.strictObject({
      kind: z.enum(['s3', 'huggingface', 'ollama', 'http']),
      source: z.string(),
      target: z.string(),
      revision: z.string().optional(),
      files: z.array(z.string()),
      readOnly: z.boolean(),
      secret: z.string().optional(),
      region: z.string().optional(),
      /** For `s3`, where the source is an endpoint and not the bucket's own address. */
      bucket: z.string().optional(),
      /** In clear in the file: an S3 key and its id, or a token alone. The manifest is sealed, the file is not. */
      credentials: z.strictObject({ id: z.string().optional(), key: z.string() }).optional(),
    }),
  ),
  ports: z.array(portSchema),
  aliases: z.array(z.string()),
  credentials: z
    .strictObject({ host: z.string(), username: z.string(), password: z.string(), email: z.string() })
    .optional(),
  health: healthSchema.optional(),
  restart: z.strictObject({
    policy: z.enum(['always', 'on-failure', 'never']),
    maxRetries: z.int().optional(),
  }),
  replicas: z.int().min(1).max(1000),
  dependsOn: z.array(
    z.strictObject({ service: z.string(), condition: z.enum(['started', 'healthy', 'completed', 'ended']) }),
  ),
  /** Stops when one of these ends. */
  stopWith: z.array(z.string()),
  /** Set for work that runs to its end; absent for a service that stays up. */
  job: z
    .strictObject({
      timeoutMs: inMs(z.int().positive()).optional(),
      /** Values picked out of the output by regular expression. */
      results: z.array(
        z.strictObject({
          name: z.string(),
          regex: z.string(),
          streams: z.array(z.enum(['stdout', 'stderr'])),
        }),
      ),
    })
    .optional(),
  readOnlyRoot: z.boolean(),
  stopGraceMs: inMs(z.int().nonnegative()),
  /** Run inside before SIGTERM, so that work can be saved; SIGTERM comes when it has ended or its time is over. */
  beforeStop: z
    .strictObject({ command: z.array(z.string()).min(1), timeoutMs: inMs(z.int().positive()) })
    .optional(),
  permissions: z.array(z.string()),
  tee: z.enum(['cpu', 'cpu-gpu']).optional(),
  /** A kernel of its own between the service and the machine's; absent means the engine's ordinary containers. */
  isolation: z.enum(['gvisor']).optional(),
  /** Set when parts of the service are known only after others have run: see `resolveLate`. */
  late: lateSchema.optional(),
})

export const placementSchema = z.strictObject({
  /** Any of these; empty means anywhere. */
  regions: z.array(z.string()),
  maxLatencyMs: inMs(z.int().positive()).optional(),
  attributes: z.array(z.strictObject({ key: z.string(), value: z.string() })),
  auditors: z.strictObject({ anyOf: z.array(z.string()), allOf: z.array(z.string()) }),
})

export const groupSchema = z.strictObject({
  name: z.string().min(1),
  placement: placementSchema,
  services: z.array(serviceSchema).min(1),
  /** Names of leased IP addresses. */
  ips: z.array(z.string()),
  /** Highest rate for the whole group, in token base units per hour as a decimal string. */
  maxRatePerHour: z.string().regex(/^\d+$/).optional(),
})

export const policySchema = z.strictObject({
  choose: z.enum(['cheapest', 'fastest', 'balanced', 'person']),
  auction: z.enum(['first', 'second']),
  /** How long bids are awaited; 0 takes the first acceptable one. */
  windowMs: inMs(z.int().nonnegative()),
})

export const workloadSchema = z.strictObject({
  form: z.literal('sublet/1'),
  name: nameSchema,
  /** Each group becomes one order and one lease. */
  groups: z.array(groupSchema).min(1),
  policy: policySchema,
  /** Longest time to run. */
  maxDurationSeconds: inSeconds(z.int().positive()).optional(),
  /** Kept for the controller, which acts on them. */
  autoscale: z.record(z.string(), z.unknown()).optional(),
  cluster: z.record(z.string(), z.unknown()).optional(),
  serviceLevels: z.record(z.string(), z.unknown()).optional(),
})

export type Workload = z.infer<typeof workloadSchema>
export type Group = z.infer<typeof groupSchema>
export type Service = z.infer<typeof serviceSchema>
export type Resources = z.infer<typeof resourcesSchema>
export type Gpu = z.infer<typeof gpuSchema>
export type Volume = z.infer<typeof volumeSchema>
export type Port = z.infer<typeof portSchema>
export type Health = z.infer<typeof healthSchema>
export type Probe = z.infer<typeof probeSchema>
export type Late = z.infer<typeof lateSchema>
export type Placement = z.infer<typeof placementSchema>
export type Policy = z.infer<typeof policySchema>
export type EnvEntry = z.infer<typeof envSchema>
