import { z } from 'zod'
import { parseBytes } from '../../units/quantity.ts'
import { composeCount } from './quantities.ts'
import {
  cores,
  count,
  duration,
  flag,
  ignored,
  listOf,
  mapOf,
  parsed,
  scalar,
  section,
  size,
  text,
  textOrTexts,
  texts,
  unchecked,
  words,
} from './schema-words.ts'
import { ignoredServiceKeys, quietServiceKeys, refusedServiceKeys } from './service-keys.ts'

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
  capabilities: listOf(text('a capability such as gpu'), 'a list such as [gpu]').describe(
    '[gpu] asks for GPUs.',
  ),
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
    condition: z
      .enum(['none', 'no', 'on-failure', 'any', 'always', 'unless-stopped'], {
        error: 'none, on-failure or any',
      })
      .optional(),
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

export const composeServiceSchema = section(
  {
    image: text('an image such as nginx:1').optional().describe('Container image.'),
    command: words.optional().describe("Replaces the image's command."),
    entrypoint: words.optional().describe("Replaces the image's entrypoint."),
    environment: z
      .union(
        [
          mapOf(z.union([z.string(), z.number(), z.boolean(), z.null()], { error: 'text' }), 'a mapping'),
          texts,
        ],
        {
          error: 'a mapping of names to texts, or a list of NAME=value',
        },
      )
      .optional(),
    env_file: envFile.optional(),
    ports: listOf(port, 'a list of ports such as ["8080:80"]').optional(),
    expose: listOf(scalar('a port'), 'a list of ports').optional(),
    volumes: listOf(mount, 'a list of mounts such as ["data:/data"]').optional(),
    configs: listOf(file, 'a list of configs').optional(),
    secrets: listOf(file, 'a list of secrets').optional(),
    healthcheck: healthcheck.optional(),
    depends_on: z
      .union(
        [
          texts,
          mapOf(
            z.union([dependency, z.null()], { error: 'a mapping with a condition' }),
            'a mapping of services',
          ),
        ],
        {
          error: 'a list of services, or a mapping of services to conditions',
        },
      )
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
          mapOf(
            z.union([z.looseObject({ aliases: texts.optional() }), z.null()], { error: 'a mapping' }),
            'a mapping of networks',
          ),
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
      .union([z.string(), section({ service: text('a service'), file: text('a path').optional() })], {
        error: 'a service, or a mapping with one',
      })
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

export const composeServiceKeys: readonly string[] = Object.keys(composeServiceSchema.shape)

export type ComposeService = z.output<typeof composeServiceSchema>
export type ComposePort = z.output<typeof port>
export type ComposeMount = z.output<typeof mount>
export type ComposeFileUse = z.output<typeof file>
export type ComposeDevice = z.output<typeof device>
