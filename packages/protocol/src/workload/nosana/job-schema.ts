import { z } from 'zod'
import { exactLiteral } from './literals.ts'

/**
 * Nosana's job definition, as wide as its two official validators together: what either accepts passes. From this
 * come the type, the check and the JSON Schema; what no shape can say (cycles, unknown operations) is checked later.
 */

function text(expected: string) {
  return z.string({ error: expected })
}

function section<Shape extends z.ZodRawShape>(shape: Shape, expected = 'an object') {
  return z.strictObject(shape, { error: expected })
}

function listOf<Item extends z.ZodType>(item: Item, expected: string) {
  return z.array(item, { error: expected })
}

const flag = z.boolean({ error: 'true or false' })
const texts = z.record(z.string(), text('text, in quotes'), { error: 'an object of texts' })

export const removeIfEmpty = '__remove-if-empty__'

const literal = text('a literal such as %%ops.train.results.loss%%').regex(exactLiteral, {
  error: 'a literal such as %%ops.train.results.loss%%',
})

const spread = section({
  __spread__: literal.describe(
    'A literal whose value is a JSON list; its items take the place of this entry.',
  ),
  chunked: flag.optional().describe('The value comes in pieces, to be joined before they are read as JSON.'),
})

const portNumber = z
  .int({ error: 'a port from 1 to 65535' })
  .min(1, { error: 'a port from 1 to 65535' })
  .max(65535, { error: 'a port from 1 to 65535' })

const portRange = text('a range such as "8000-8010"').refine(isRange, {
  error: 'a range such as "8000-8010", the lower port first',
})

function isRange(range: string): boolean {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(range)
  if (match === null) return false
  const [from, to] = [Number(match[1]), Number(match[2])]
  return from >= 1 && from < to && to <= 65535
}

const continuous = flag.describe('Whether it is asked again and again, or only until the service is ready.')

const healthCheck = z.discriminatedUnion(
  'type',
  [
    section({
      type: z.literal('http'),
      path: text('a path such as "/health"'),
      method: z.enum(['GET', 'POST', 'PUT', 'DELETE'], { error: 'one of GET, POST, PUT, DELETE' }),
      expected_status: z.number({ error: 'a status such as 200' }),
      headers: texts.optional(),
      body: z.unknown().optional(),
      continuous,
    }),
    section({ type: z.literal('websocket'), expected_response: text('text'), continuous }),
  ],
  { error: 'a health check of type http or websocket' },
)

const exposedPort = section({
  port: z.union([portNumber, portRange], { error: 'a port from 1 to 65535' }),
  type: z
    .enum(['web', 'api', 'webapi', 'websocket', 'none'], {
      error: 'one of web, api, webapi, websocket, none',
    })
    .optional(),
  health_checks: listOf(healthCheck, 'a list of health checks').optional(),
})

const expectedExpose = 'a port such as 8080, a range, {"port": 8080}, or a list of these'

const expose = z
  .union(
    [
      portNumber,
      portRange,
      literal,
      spread,
      exposedPort,
      listOf(
        z.union([portNumber, portRange, literal, spread, exposedPort], { error: expectedExpose }),
        expectedExpose,
      ),
    ],
    { error: expectedExpose },
  )
  .describe('Ports that are reached from outside, over HTTP.')

const iam = section({ REGION: text('text'), ACCESS_KEY_ID: text('text'), SECRET_ACCESS_KEY: text('text') })
const target = text('an absolute path')
const files = listOf(text('a file name'), 'a list of file names')
const s3 = {
  type: z.literal('S3', { error: '"S3"' }),
  target,
  url: text('an address').optional(),
  allowWrite: flag.optional(),
  IAM: iam.optional(),
}
const bucketItem = section({ url: text('an address'), files: files.optional() })

const resource = z
  .union(
    [
      section({ ...s3, files: files.optional() }),
      section({ ...s3, bucket: text('a bucket') }),
      section({ ...s3, buckets: listOf(bucketItem, 'a list of {url, files}') }),
      section({
        type: z.literal('HF', { error: '"HF"' }),
        target,
        repo: text('a repository such as "org/model"'),
        revision: text('a revision').optional(),
        files: files.optional(),
        accessToken: text('text').optional(),
      }),
      section({
        type: z.literal('Ollama', { error: '"Ollama"' }),
        model: text('a model such as "llama3"'),
        target: target.optional(),
      }),
      spread,
      z.literal(removeIfEmpty),
    ],
    { error: 'a resource of type S3, HF or Ollama' },
  )
  .describe('Something to download before the start.')

const words = z.union([text('text'), listOf(text('text'), 'a list of texts')], {
  error: 'text or a list of texts',
})

const imageExample = 'an image such as "docker.io/library/nginx:1"'

const run = section(
  {
    image: text(imageExample).min(1, { error: imageExample }),
    cmd: words.optional().describe('A text runs as `/bin/sh -c`.'),
    entrypoint: words.optional(),
    env: texts.optional().describe('May hold `__spread__` and `__pairs__`.'),
    gpu: flag.optional(),
    work_dir: text('an absolute path').optional(),
    expose: expose.optional(),
    private: flag.optional(),
    volumes: listOf(
      section({ name: text('a name'), dest: text('an absolute path') }),
      'a list of {name, dest}',
    ).optional(),
    resources: listOf(resource, 'a list of resources').optional(),
    authentication: section({
      docker: section({
        username: text('text').optional(),
        password: text('text').optional(),
        email: text('text').optional(),
        server: text('text').optional(),
      }).optional(),
    }).optional(),
    aliases: words.optional(),
    required_vram: z.number({ error: 'gigabytes such as 8' }).optional(),
    output: text('an absolute path').optional(),
    restart_policy: z
      .union(
        [
          z.enum(['no', 'always', 'unless-stopped', 'on-failure']),
          section({
            policy: z.literal('on-failure', { error: '"on-failure"' }),
            restart_tries: z.number({ error: 'a count' }).optional(),
          }),
        ],
        { error: 'no, always, unless-stopped, on-failure, or {"policy": "on-failure", "restart_tries": 3}' },
      )
      .optional(),
  },
  'an object with an image',
)

const createVolume = section({ name: text('a name') })

const stream = z.enum(['stdin', 'stdout', 'stderr', 'nodeerr'], {
  error: 'one of stdin, stdout, stderr, nodeerr',
})

const results = z.record(
  z.string(),
  z.union(
    [
      text('a regular expression'),
      section({
        regex: text('a regular expression'),
        logType: listOf(stream, 'a list of stdout and stderr')
          .min(1, { error: 'at least one stream' })
          .refine((streams) => new Set(streams).size === streams.length, { error: 'each stream once' }),
      }),
    ],
    { error: 'a regular expression, or {"regex": ..., "logType": ["stdout"]}' },
  ),
  { error: 'an object of regular expressions' },
)

const execution = section({
  group: text('a name')
    .optional()
    .describe('Groups run one after the other; operations of one group run together.'),
  depends_on: listOf(text('an operation id'), 'a list of operation ids').optional(),
  stop_if_dependent_stops: flag.optional(),
}).refine((value) => value.stop_if_dependent_stops === undefined || value.depends_on !== undefined, {
  path: ['stop_if_dependent_stops'],
  error: 'no stop_if_dependent_stops without depends_on',
})

const operation = section({
  type: z.enum(['container/run', 'container/create-volume'], {
    error: 'container/run or container/create-volume',
  }),
  id: text('a name that no other operation has'),
  args: z.union([run, createVolume], { error: 'an object with an image' }),
  results: results.optional(),
  execution: execution.optional(),
})

const logistic = section({
  type: z.enum(['api', 'api-listen'], { error: 'api or api-listen' }),
  args: section({ endpoint: text('an address').optional() }),
})

const meta = z.looseObject(
  {
    trigger: text('text').optional(),
    system_resources: z
      .record(z.string(), z.union([z.string(), z.number()], { error: 'text or a number' }), {
        error: 'an object',
      })
      .optional(),
  },
  { error: 'an object' },
)

export const nosanaJobSchema = section(
  {
    version: text('the text "0.1"').describe('Version of the format: "0.1".'),
    type: z.literal('container', { error: '"container"' }),
    ops: listOf(operation, 'a list of operations').describe('What to run.'),
    meta: meta.optional(),
    global: section({
      image: text('an image').optional(),
      gpu: flag.optional(),
      entrypoint: words.optional(),
      env: texts.optional(),
      work_dir: text('an absolute path').optional(),
      variables: texts.optional().describe('Values for `%%global.variables.NAME%%`.'),
    }).optional(),
    logistics: section({ send: logistic.optional(), receive: logistic.optional() }).optional(),
    deployment_id: text('text').optional(),
  },
  'a job definition: {"version": "0.1", "type": "container", "ops": [...]}',
)

export const nosanaRunSchema = run

export type NosanaJob = z.infer<typeof nosanaJobSchema>
export type NosanaRun = z.infer<typeof run>
export type NosanaResource = z.infer<typeof resource>
export type NosanaExpose = z.infer<typeof expose>
export type NosanaResults = z.infer<typeof results>
