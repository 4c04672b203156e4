import { z } from 'zod'
import { parseShallowJson } from '../source/json-depth.ts'
import { isTree } from '../source/records.ts'
import {
  cpu,
  duration,
  flag,
  listOf,
  mapOf,
  names,
  oneOf,
  portNumber,
  section,
  size,
  text,
  wholeNumber,
  words,
} from './schema-words.ts'

/** The service part of Sublet's file format; see `sublet-schema.ts`. */

const gpuKind = section({
  vendor: text('a vendor such as nvidia')
    .optional()
    .describe('nvidia, amd, intel or apple. Taken from the model where it is known.'),
  model: text('a model such as rtx4090')
    .optional()
    .describe('Lower-case model; absent means every model of the vendor.'),
  memory: size.optional().describe('Exact memory of the card variant.'),
  interface: oneOf(['pcie', 'sxm']).optional().describe('How the card is attached.'),
})

const gpu = z
  .union(
    [
      wholeNumber('1 to 64 GPUs', 1, 64),
      section({
        count: wholeNumber('1 to 64 GPUs', 1, 64).optional().describe('How many; 1 unless said otherwise.'),
        vendor: text('a vendor such as nvidia')
          .optional()
          .describe('Any card of this vendor, or the vendor of the models listed.'),
        model: z
          .union(
            [text('a model'), listOf(text('a model'), 'a list of models').min(1, { error: 'a model' })],
            {
              error: 'a model such as rtx4090, or a list of them',
            },
          )
          .optional()
          .describe('A model, or several of which any will do.'),
        memory: size.optional().describe('Least memory on each GPU.'),
        'any-of': listOf(gpuKind, 'a list of GPU kinds')
          .optional()
          .describe('Exact kinds of which any will do.'),
      }),
    ],
    { error: 'a count such as 1, or a mapping such as {model: rtx4090, count: 1}' },
  )
  .describe('GPUs: a count, or what kind.')
  .meta({ id: 'gpu' })

const http = section({
  'max-body': size.optional().describe('Longest request body; 1Mi unless said otherwise.'),
  'read-timeout': duration.optional().describe('60s unless said otherwise.'),
  'send-timeout': duration.optional().describe('60s unless said otherwise.'),
  'proxy-buffer': size
    .optional()
    .describe("Buffer for an answer's header; the provider's own unless said otherwise."),
  'next-tries': wholeNumber('a count of tries', 0, 1000)
    .optional()
    .describe('Replicas tried before giving up; 3 unless said otherwise.'),
  'next-timeout': duration.optional().describe('Time for all tries together; 0 for no limit.'),
  'next-cases': names
    .optional()
    .describe('What makes the next replica be tried; error and timeout unless said otherwise.'),
}).meta({ id: 'http' })

const port = z
  .union(
    [
      portNumber,
      z.string().regex(/^\d{1,5}(\/(http|websocket|ws|tcp|udp))?$/, {
        error: 'a port such as 8080, "8080/websocket" or "53/udp"',
      }),
      section({
        port: portNumber.describe('The port inside the container.'),
        as: portNumber.optional().describe('The port that others see; the same unless said otherwise.'),
        protocol: oneOf(['http', 'websocket', 'ws', 'tcp', 'udp'])
          .optional()
          .describe('http unless said otherwise, which includes WebSocket: websocket and ws mean the same.'),
        public: flag.optional().describe('Whether the world may reach it; true unless said otherwise.'),
        hosts: names.optional().describe('Host names of your own that lead here.'),
        certificate: text('the name of a secret')
          .optional()
          .describe(
            'A secret with the certificate of the hosts, chain and key in PEM; one is ordered unless said otherwise.',
          ),
        allow: names
          .optional()
          .describe('Services that may reach it; all of the group unless said otherwise.'),
        ip: text('the name of an address').optional().describe('A leased IP address from `ips`.'),
        http: http.optional().describe('Limits of the HTTP entrance.'),
      }),
    ],
    { error: 'a port such as 8080, "53/udp", or a mapping such as {port: 8080, as: 80}' },
  )
  .describe('A port that others may reach.')
  .meta({ id: 'port' })

const secret = section({ secret: text('the name of a secret') }, 'a mapping such as {secret: token-name}')

const mount = z.union(
  [
    text('an absolute path'),
    section({
      path: text('an absolute path').describe('Where the service sees it.'),
      'read-only': flag.optional().describe('Whether it may only be read; false unless said otherwise.'),
    }),
  ],
  {
    error: 'an absolute path, or a mapping such as {path: /data, read-only: true}',
  },
)

const volume = section({
  size: size.describe('How much it holds.'),
  class: oneOf(['default', 'hdd', 'ssd', 'nvme', 'ram'])
    .optional()
    .describe('default, hdd, ssd, nvme, or ram for memory.'),
  persistent: flag
    .optional()
    .describe('Whether it is kept across leases on the same provider; false unless said otherwise.'),
  shared: flag
    .optional()
    .describe('One volume for every service of the group that names it; false unless said otherwise.'),
  mount: z
    .union([mount, z.array(mount)], { error: 'an absolute path, or a list of them' })
    .optional()
    .describe('Where the service sees it.'),
}).meta({ id: 'volume' })

/** One of http, tcp, websocket, command, and what belongs to it. */
const probeShape = {
  http: text('a path such as /healthz').optional().describe('A path that must answer.'),
  tcp: portNumber.optional().describe('A port that must accept a connection.'),
  websocket: text('a path such as /ws').optional().describe('A path that must accept a WebSocket.'),
  command: words.optional().describe('A command inside the container that must succeed.'),
  port: portNumber.optional().describe('For http and websocket; the first HTTP port unless said otherwise.'),
  method: text('a method such as GET').optional().describe('For http; GET unless said otherwise.'),
  status: wholeNumber('a status from 100 to 599', 100, 599)
    .optional()
    .describe('For http; any 2xx or 3xx unless said otherwise.'),
  headers: mapOf(z.string({ error: 'text' }), 'a mapping of header names to texts')
    .optional()
    .describe('For http.'),
  body: z.string({ error: 'text' }).optional().describe('For http.'),
  expect: text('text').optional().describe('For websocket: what the first message must be.'),
}

const health = section(
  {
    ...probeShape,
    'start-only': flag
      .optional()
      .describe('Asked only until it has passed once; false unless said otherwise.'),
    also: listOf(
      section({ ...probeShape, 'start-only': flag.optional() }, 'a mapping such as {http: /healthz}'),
      'a list of probes',
    )
      .optional()
      .describe('Further probes that must pass too.'),
    interval: duration.optional().describe('10s unless said otherwise.'),
    timeout: duration.optional().describe('5s unless said otherwise.'),
    retries: wholeNumber('1 to 1000', 1, 1000)
      .optional()
      .describe('Failures in a row that count; 3 unless said otherwise.'),
    'start-period': duration
      .optional()
      .describe('Time to start, in which failures do not count; 0 unless said otherwise.'),
  },
  'a mapping such as {http: /healthz}',
)
  .describe('How to know that the service is well. One of http, tcp, websocket, command.')
  .meta({ id: 'health' })

const fetch = section({
  huggingface: text('a repository such as org/model')
    .optional()
    .describe('A model repository of Hugging Face.'),
  ollama: text('a model such as llama3').optional().describe('A model of Ollama.'),
  s3: text('an address such as s3://bucket/prefix')
    .optional()
    .describe('A folder of an S3-compatible store.'),
  http: text('an address such as https://example.org/file').optional().describe('A file on the web.'),
  to: text('an absolute path').describe('Where to put it.'),
  revision: text('a revision').optional().describe('Branch, tag or commit.'),
  files: names.optional().describe('Only these; all unless said otherwise.'),
  'read-only': flag.optional().describe('true unless said otherwise.'),
  secret: text('the name of a secret').optional().describe('Secret with the credentials.'),
  region: text('a region').optional().describe('For s3.'),
  bucket: text('a bucket').optional().describe('For s3, where the address is an endpoint.'),
  credentials: section({ id: z.string({ error: 'text' }).optional(), key: z.string({ error: 'text' }) })
    .optional()
    .describe('In clear: an S3 key and its id, or a token alone. Better a `secret`.'),
})
  .describe('Something to fetch before the start. One of huggingface, ollama, s3, http, and where to put it.')
  .meta({ id: 'fetch' })

const file = z
  .union(
    [
      z.string(),
      section({
        content: z.string({ error: 'text' }).optional().describe('What it holds.'),
        secret: text('the name of a secret')
          .optional()
          .describe('Instead of `content`: what it holds is sent sealed.'),
        mode: z
          .string({ error: 'octal digits in quotes such as "0644"' })
          .regex(/^[0-7]{3,4}$/, { error: 'octal digits in quotes such as "0644"' })
          .optional()
          .describe('"0644" unless said otherwise.'),
      }),
    ],
    {
      error: 'the content as text, or a mapping such as {secret: name, mode: "0600"}',
    },
  )
  .describe('A small file that travels with the manifest.')
  .meta({ id: 'file' })

const job = z
  .union(
    [
      z.literal(true),
      section({
        timeout: duration.optional().describe('Longest time it may take.'),
        results: mapOf(
          z.union(
            [
              text('a regular expression'),
              section({
                regex: text('a regular expression').describe(
                  'Each match, followed by its groups, is a value of the result.',
                ),
                from: listOf(oneOf(['stdout', 'stderr']), 'a list of stdout and stderr')
                  .optional()
                  .describe('Both unless said otherwise.'),
              }),
            ],
            { error: 'a regular expression, or a mapping such as {regex: ..., from: [stdout]}' },
          ),
          'a mapping of names to regular expressions',
        )
          .optional()
          .describe('Values picked out of the output by regular expression.'),
      }),
    ],
    { error: 'true, or a mapping such as {timeout: 1h}' },
  )
  .describe('Set for work that runs to its end.')
  .meta({ id: 'job' })

function isJsonObject(json: string): boolean {
  return isTree(parseShallowJson(json))
}

export const serviceShape = {
  image: text('an image such as ghcr.io/acme/app:1').describe('Container image.'),
  command: words.optional().describe("Replaces the image's entrypoint."),
  args: words.optional().describe("Replaces the image's command."),
  'working-dir': text('an absolute path')
    .optional()
    .describe("Where commands start; the image's own unless said otherwise."),
  user: text('a user such as "1000:1000"').optional().describe('User, or user:group.'),
  cpu: cpu.optional().describe('Cores such as 0.5, or millicores such as "500m"; 0.5 unless said otherwise.'),
  arch: text('an architecture such as amd64')
    .optional()
    .describe('CPU architecture; any unless said otherwise.'),
  memory: size.optional().describe('512Mi unless said otherwise.'),
  storage: size.optional().describe('Writable space of the container itself; 1Gi unless said otherwise.'),
  gpu: gpu.optional(),
  port: port.optional().describe('One port; short for `ports` with one entry.'),
  ports: listOf(port, 'a list of ports such as [8080]').optional().describe('Ports that others may reach.'),
  env: mapOf(
    z.union([z.string(), z.number(), z.boolean(), secret], {
      error: 'text, or a mapping such as {secret: token-name}',
    }),
    'a mapping such as {KEY: value}',
  )
    .optional()
    .describe('Environment. A value may be {secret: NAME}: it is sent sealed and never written to a file.'),
  volumes: mapOf(volume, 'a mapping of names to volumes').optional().describe('Disks, by name.'),
  files: mapOf(file, 'a mapping of paths to contents')
    .optional()
    .describe('Small files that travel with the manifest, by absolute path.'),
  fetch: listOf(fetch, 'a list of things to fetch')
    .optional()
    .describe('Things to fetch before the start, such as model weights.'),
  registry: section({
    host: text('a host').describe('Such as ghcr.io.'),
    username: text('a user name').describe('Who may pull the image.'),
    password: text('a password').describe('Password or token.'),
    email: z.string({ error: 'text' }).optional().describe('Where the registry asks for one.'),
  })
    .optional()
    .describe('Credentials for the image registry.'),
  aliases: names.optional().describe('Other names by which the services of the group find this one.'),
  health: health.optional(),
  restart: z
    .union(
      [
        oneOf(['always', 'on-failure', 'never']),
        section({
          policy: oneOf(['always', 'on-failure', 'never']).describe('When it starts again.'),
          'max-retries': wholeNumber('a count', 0, 1_000_000)
            .optional()
            .describe('No limit unless said otherwise.'),
        }),
      ],
      { error: 'always, on-failure or never' },
    )
    .optional()
    .describe('always for services and never for jobs unless said otherwise.'),
  replicas: wholeNumber('1 to 1000', 1, 1000).optional().describe('Copies; 1 unless said otherwise.'),
  'depends-on': z
    .union(
      [
        listOf(text('a service'), 'a list of services'),
        mapOf(oneOf(['started', 'healthy', 'completed', 'ended']), 'a mapping of services to conditions'),
      ],
      {
        error: 'a list of services, or a mapping of services to started, healthy, completed or ended',
      },
    )
    .optional()
    .describe('Services that must have started (or be healthy, completed or ended) first.'),
  'stop-with': names.optional().describe('Stops when one of these services ends.'),
  job: job.optional(),
  'read-only': flag.optional().describe('Whether the root file system is read-only.'),
  'before-stop': section({
    command: words.min(1, { error: 'a command' }).describe('Run inside the container.'),
    timeout: duration.optional().describe('Time it may take; 30s unless said otherwise.'),
  })
    .optional()
    .describe('A command that saves the work before the service is stopped, such as a checkpoint.'),
  'stop-grace': duration
    .optional()
    .describe('Time to end by itself after SIGTERM; 10s unless said otherwise.'),
  permissions: names
    .optional()
    .describe('What the workload may read about itself: deployment, logs, events.'),
  tee: oneOf(['cpu', 'cpu-gpu']).optional().describe('Confidential computing.'),
  isolation: oneOf(['gvisor'])
    .optional()
    .describe(
      'gvisor puts a kernel of its own between the service and the machine; ordinary containers unless said.',
    ),
  late: section({
    rules: z.literal('nosana', { error: 'nosana' }),
    args: z
      .string({ error: 'a JSON object as text' })
      .refine(isJsonObject, { error: 'a JSON object as text' }),
    services: mapOf(text('a service'), 'a mapping of operation ids to services'),
  })
    .optional()
    .describe('Arguments of a converted job definition that are completed just before the start.'),
}

export const subletServiceSchema = section(serviceShape, 'a mapping with an image').meta({ id: 'service' })

export const serviceKeys: readonly string[] = Object.keys(serviceShape)

export type SubletService = z.infer<typeof subletServiceSchema>
export type SubletPort = z.infer<typeof port>
export type SubletHealth = z.infer<typeof health>
export type SubletProbe = NonNullable<SubletHealth['also']>[number]
export type SubletVolume = z.infer<typeof volume>
export type SubletGpu = z.infer<typeof gpu>
