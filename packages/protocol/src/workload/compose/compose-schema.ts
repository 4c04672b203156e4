import { z } from 'zod'
import { parseBytes, parseDuration, parsePrice } from '../../units/quantity.ts'
import { composeBytes, composeCount, composeCpu, composeDuration, composeFlag } from './quantities.ts'

/**
 * What Sublet reads of a Compose file, after variables are filled in (so that a number or a flag may come as text).
 * Keys that make no sense on a rented machine are known here too, so that they can be refused with the way round.
 */

function text(expected: string) {
  return z.string({ error: expected })
}

/** Numbers and flags may stand where text is wanted; `prepareCompose` has made text of them by then. */
function scalar(expected: string): z.ZodType<string> {
  const any = z.union([z.string(), z.number(), z.boolean()], { error: expected })
  return any as unknown as z.ZodType<string>
}

/** A scalar that `parse` understands; the reader parses it again, so the type stays what the file may say. */
function parsed(expected: string, parse: (value: string | number) => unknown) {
  return z
    .union([z.string(), z.number()], { error: expected })
    .refine((value) => parse(value) !== undefined, { error: expected })
}

function section<Shape extends z.ZodRawShape>(shape: Shape, expected = 'a mapping') {
  return z.strictObject(shape, { error: expected })
}

function listOf<Item extends z.ZodType>(item: Item, expected: string) {
  return z.array(item, { error: expected })
}

function mapOf<Value extends z.ZodType>(value: Value, expected: string) {
  return z.record(z.string(), value, { error: expected })
}

const flag = z
  .union([z.boolean(), z.string()], { error: 'true or false' })
  .refine((value) => composeFlag(value) !== undefined, { error: 'true or false' })
const count = parsed('a whole number', composeCount)
const size = parsed('a size such as 512m or 2g', composeBytes)
const cores = parsed('cores such as 0.5', composeCpu)
const duration = parsed('a time such as 30s or 1m30s', composeDuration)
const words = z.union([z.string(), listOf(scalar('text'), 'a list of texts')], {
  error: 'text or a list of texts',
})
const texts = listOf(scalar('text'), 'a list of texts')
const textOrTexts = z.union([z.string(), texts], { error: 'text or a list of texts' })
const ignored = z.unknown().optional()

const port = z
  .union(
    [
      z.number(),
      z.string(),
      section({
        target: parsed('a port', composeCount),
        published: scalar('a port').optional(),
        protocol: z.enum(['tcp', 'udp'], { error: 'tcp or udp' }).optional(),
        app_protocol: text('a protocol such as http')
          .optional()
          .describe('http, https, ws, grpc or tcp: decides whether it is served as HTTP.'),
        host_ip: text('an address').optional(),
        mode: text('host or ingress').optional(),
        name: text('a name').optional(),
      }),
    ],
    { error: 'a port such as "8080:80", or a mapping with a target' },
  )
  .describe('A port that the world may reach.')

const mount = z
  .union(
    [
      z.string(),
      section({
        type: z.enum(['volume', 'bind', 'tmpfs', 'npipe', 'cluster', 'image'], { error: 'volume or tmpfs' }),
        source: text('the name of a volume').optional(),
        target: text('an absolute path'),
        read_only: flag.optional(),
        consistency: ignored,
        bind: ignored,
        volume: section({ nocopy: ignored, subpath: ignored, labels: ignored }).optional(),
        tmpfs: section({ size: size.optional(), mode: ignored }).optional(),
        image: ignored,
      }),
    ],
    { error: 'a mount such as "data:/data"' },
  )
  .describe('A named volume and where the service sees it.')

const file = z.union(
  [
    z.string(),
    section({
      source: text('a name'),
      target: text('a path').optional(),
      uid: scalar('a number').optional(),
      gid: scalar('a number').optional(),
      mode: z.union([z.number(), z.string()], { error: 'octal digits such as 0440' }).optional(),
    }),
  ],
  { error: 'a name, or a mapping with a source' },
)

const device = section({
  capabilities: listOf(z.string(), 'a list such as [gpu]').describe('[gpu] asks for GPUs.'),
  driver: text('a driver such as nvidia').optional(),
  count: scalar('a count, or all').optional(),
  device_ids: texts.optional(),
  options: ignored,
})

const gpuWish = section({
  model: textOrTexts.optional().describe('A model such as rtx4090, or several of which any will do.'),
  vendor: text('a vendor such as nvidia').optional(),
  memory: parsed('a size such as 24Gi', parseBytes).optional().describe('Least memory on each GPU.'),
})

const limits = section({ cpus: cores.optional(), memory: size.optional(), pids: ignored })

const deploy = section({
  mode: z
    .enum(['replicated', 'global', 'replicated-job', 'global-job'], { error: 'replicated or replicated-job' })
    .optional(),
  replicas: count.optional(),
  resources: section({
    limits: limits.optional(),
    reservations: section({
      ...limits.shape,
      devices: listOf(device, 'a list of devices').optional(),
      generic_resources: ignored,
    }).optional(),
  }).optional(),
  restart_policy: section({
    condition: z.enum(['none', 'on-failure', 'any'], { error: 'none, on-failure or any' }).optional(),
    max_attempts: count.optional(),
    delay: ignored,
    window: ignored,
  }).optional(),
  placement: section({
    constraints: texts.optional(),
    preferences: ignored,
    max_replicas_per_node: ignored,
  }).optional(),
  labels: ignored,
  update_config: ignored,
  rollback_config: ignored,
  endpoint_mode: ignored,
})

const healthcheck = section({
  test: words.optional(),
  disable: flag.optional(),
  interval: duration.optional(),
  timeout: duration.optional(),
  retries: count.optional(),
  start_period: duration.optional(),
  start_interval: duration.optional(),
})

const dependency = section({
  condition: z
    .enum(['service_started', 'service_healthy', 'service_completed_successfully'], {
      error: 'service_started, service_healthy or service_completed_successfully',
    })
    .optional(),
  required: flag.optional(),
  restart: ignored,
})

const envFile = z.union(
  [
    z.string(),
    listOf(
      z.union(
        [
          z.string(),
          section({ path: text('a path'), required: flag.optional(), format: text('raw').optional() }),
        ],
        {
          error: 'a path, or a mapping with one',
        },
      ),
      'a list of paths',
    ),
  ],
  { error: 'a path or a list of them' },
)

/** Keys that mean nothing here and may be left in; what each would have done is told in a warning. */
export const ignoredServiceKeys = [
  'blkio_config',
  'cgroup_parent',
  'cpu_count',
  'cpu_percent',
  'cpu_period',
  'cpu_quota',
  'cpu_rt_period',
  'cpu_rt_runtime',
  'cpu_shares',
  'cpuset',
  'dns',
  'dns_opt',
  'dns_search',
  'domainname',
  'extra_hosts',
  'group_add',
  'isolation',
  'mac_address',
  'mem_swappiness',
  'memswap_limit',
  'oom_kill_disable',
  'oom_score_adj',
  'pids_limit',
  'stop_signal',
  'storage_opt',
  'sysctls',
  'ulimits',
  'external_links',
] as const // prettier-ignore

/** Keys that may stay without a word: nothing is lost. */
const quietServiceKeys = [
  'annotations',
  'attach',
  'cap_drop',
  'develop',
  'init',
  'label_file',
  'labels',
  'logging',
  'pull_refresh_after',
  'stdin_open',
  'tty',
] as const // prettier-ignore

/** Keys that no rented machine can honour. */
const refusedServiceKeys = [
  'build',
  'cap_add',
  'cgroup',
  'credential_spec',
  'device_cgroup_rules',
  'devices',
  'ipc',
  'models',
  'network_mode',
  'pid',
  'post_start',
  'pre_stop',
  'privileged',
  'provider',
  'security_opt',
  'use_api_socket',
  'userns_mode',
  'uts',
  'volumes_from',
] as const // prettier-ignore

function unchecked<const Keys extends readonly string[]>(keys: Keys): Record<Keys[number], typeof ignored> {
  return Object.fromEntries(keys.map((key) => [key, ignored])) as Record<Keys[number], typeof ignored>
}

const service = section(
  {
    image: text('an image such as nginx:1').optional().describe('Container image.'),
    command: words.optional().describe("Replaces the image's command."),
    entrypoint: words.optional().describe("Replaces the image's entrypoint."),
    environment: z
      .union([mapOf(z.union([z.string(), z.number(), z.boolean(), z.null()]), 'a mapping'), texts], {
        error: 'a mapping of names to texts, or a list of NAME=value',
      })
      .optional(),
    env_file: envFile.optional(),
    ports: listOf(port, 'a list of ports such as ["8080:80"]').optional(),
    expose: listOf(scalar('a port'), 'a list of ports').optional(),
    volumes: listOf(mount, 'a list of mounts such as ["data:/data"]').optional(),
    configs: listOf(file, 'a list of configs').optional(),
    secrets: listOf(file, 'a list of secrets').optional(),
    healthcheck: healthcheck.optional(),
    depends_on: z
      .union([texts, mapOf(z.union([dependency, z.null()]), 'a mapping of services')], {
        error: 'a list of services, or a mapping of services to conditions',
      })
      .optional(),
    links: texts.optional(),
    restart: z
      .union([z.string(), z.boolean()], { error: 'no, always, on-failure or unless-stopped' })
      .optional(),
    deploy: deploy.optional(),
    profiles: texts.optional(),
    scale: count.optional(),
    cpus: cores.optional(),
    mem_limit: size.optional(),
    mem_reservation: size.optional(),
    shm_size: size.optional(),
    tmpfs: textOrTexts.optional(),
    gpus: z
      .union([z.string(), z.number(), listOf(device.partial({ capabilities: true }), 'a list of GPUs')], {
        error: 'all, or a list of GPUs',
      })
      .optional(),
    runtime: text('a runtime').optional(),
    user: scalar('a user such as "1000:1000"').optional(),
    working_dir: text('an absolute path').optional(),
    hostname: text('a name').optional(),
    container_name: text('a name').optional(),
    networks: z
      .union(
        [
          texts,
          mapOf(z.union([z.looseObject({ aliases: texts.optional() }), z.null()]), 'a mapping of networks'),
        ],
        {
          error: 'a list of networks',
        },
      )
      .optional(),
    read_only: flag.optional(),
    stop_grace_period: duration.optional(),
    platform: text('a platform such as linux/amd64').optional(),
    pull_policy: text('a policy such as always').optional(),
    extends: z
      .union([z.string(), section({ service: text('a service'), file: text('a path').optional() })])
      .optional(),
    'x-sublet': section({
      storage: parsed('a size such as 20Gi', parseBytes)
        .optional()
        .describe('Writable space of the container itself.'),
      gpu: gpuWish.optional().describe('What the GPUs must be; how many, `deploy` says.'),
    }).optional(),
    ...unchecked(ignoredServiceKeys),
    ...unchecked(quietServiceKeys),
    ...unchecked(refusedServiceKeys),
  },
  'a mapping with an image',
)

const volume = section({
  name: scalar('a name').optional(),
  driver: text('a driver').optional(),
  driver_opts: mapOf(z.unknown(), 'a mapping').optional(),
  external: ignored,
  labels: ignored,
  'x-sublet': section({
    size: parsed('a size such as 20Gi', parseBytes)
      .optional()
      .describe('How much it holds; 10Gi unless said otherwise.'),
    class: z
      .enum(['default', 'hdd', 'ssd', 'nvme', 'ram'], { error: 'default, hdd, ssd, nvme or ram' })
      .optional()
      .describe('default, hdd, ssd, nvme, or ram.'),
    persistent: z
      .boolean({ error: 'true or false' })
      .optional()
      .describe('Kept across leases; true unless said otherwise.'),
  }).optional(),
})

const source = section({
  file: text('a path').optional(),
  content: text('text').optional(),
  environment: text('a variable').optional(),
  external: ignored,
  name: scalar('a name').optional(),
  labels: ignored,
  driver: ignored,
  driver_opts: ignored,
  template_driver: ignored,
})

export const composeFileSchema = section(
  {
    services: mapOf(
      z.union([service, z.null()], { error: 'a mapping with an image' }),
      'a mapping of names to services',
    ),
    name: text('a name').optional().describe('Name of the deployment.'),
    version: z.unknown().optional().describe('Means nothing any more.'),
    networks: mapOf(z.unknown(), 'a mapping of networks').optional(),
    volumes: mapOf(z.union([volume, z.null()], { error: 'a mapping' }), 'a mapping of volumes').optional(),
    configs: mapOf(source, 'a mapping of configs').optional(),
    secrets: mapOf(source, 'a mapping of secrets').optional(),
    include: ignored,
    models: ignored,
    'x-sublet': section({
      region: textOrTexts.optional().describe('Where it may run; anywhere unless said otherwise.'),
      price: parsed('dollars over time such as 0.40/h', parsePrice)
        .optional()
        .describe('Highest price for everything.'),
      policy: z
        .enum(['cheapest', 'fastest', 'balanced', 'person'], {
          error: 'cheapest, fastest, balanced or person',
        })
        .optional(),
      duration: parsed('a time such as 2h', parseDuration).optional().describe('Longest time to run.'),
    })
      .optional()
      .describe("Sublet's own additions; other programs pass over them."),
  },
  'a mapping with services',
)

export const composeServiceKeys: readonly string[] = Object.keys(service.shape)

export type ComposeFile = z.output<typeof composeFileSchema>
export type ComposeService = z.output<typeof service>
export type ComposePort = z.output<typeof port>
export type ComposeMount = z.output<typeof mount>
export type ComposeVolume = z.output<typeof volume>
export type ComposeSource = z.output<typeof source>
export type ComposeFileUse = z.output<typeof file>
export type ComposeDevice = z.output<typeof device>
