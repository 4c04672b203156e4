import { z } from 'zod'
import { nextCases } from './validate-service.ts'

/**
 * Akash SDL as its console takes it: stricter than the provider's own parser, and the better guide for an editor.
 * Messages say what was expected.
 */

const textList = z.array(z.string({ error: 'text, in quotes where it looks like a number' }), {
  error: 'a list of texts',
})
const texts = textList.nullable()
const port = z.int({ error: 'a port from 1 to 65535' }).min(1).max(65535)
const count = (most: number) =>
  z
    .int({ error: `a whole number up to ${most}` })
    .min(0)
    .max(most)
const text = (least = 0) =>
  z.string({ error: 'text' }).min(least, { error: `text of at least ${least} characters` })
const trees = z.record(z.string(), z.unknown(), { error: 'a mapping' })
const tree = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape, { error: 'a mapping' })
const map = <Value extends z.ZodType>(value: Value) => z.record(z.string(), value, { error: 'a mapping' })

const httpOptions = tree({
  max_body_size: count(104857600)
    .optional()
    .describe('Longest request body in bytes; 1048576 unless said otherwise.'),
  next_cases: z
    .array(z.enum(nextCases as [string, ...string[]], { error: `one of ${nextCases.join(', ')}` }))
    .refine((list) => !list.includes('off') || list.length === 1, { error: '`off` alone' })
    .optional()
    .describe('What makes the next replica be tried.'),
  next_timeout: count(4294967295).optional().describe('Milliseconds for all tries together; 0 for no limit.'),
  next_tries: count(4294967295).optional().describe('3 unless said otherwise.'),
  proxy_buffer_size: count(1048576).optional().describe("Bytes for an answer's header."),
  read_timeout: count(60000).optional().describe('Milliseconds; 60000 unless said otherwise.'),
  send_timeout: count(60000).optional().describe('Milliseconds; 60000 unless said otherwise.'),
})

const expose = tree({
  port: port.describe('The port inside the container.'),
  as: port.optional().describe('The port that others see; the same unless said otherwise. 80 means HTTP.'),
  proto: z
    .enum(['TCP', 'UDP', 'tcp', 'udp'], { error: 'tcp or udp' })
    .optional()
    .describe('tcp unless said otherwise.'),
  accept: textList.optional().describe('Host names of your own that lead here.'),
  to: z
    .array(
      tree({
        global: z.boolean({ error: 'true or false' }).optional().describe('Whether the world may reach it.'),
        service: text().optional().describe('A service that may reach it.'),
        ip: text(1).optional().describe('A leased IP address from `endpoints`.'),
      }).refine(({ global, ip }) => ip === undefined || global === true, {
        error: '`global: true` beside `ip`',
      }),
      { error: 'a list' },
    )
    .optional()
    .describe('Who may reach it; the other services unless said otherwise.'),
  http_options: httpOptions.optional(),
})

const service = tree({
  image: text(1).describe('Container image.'),
  command: texts.optional().describe("Replaces the image's entrypoint."),
  args: texts.optional().describe("Replaces the image's command."),
  env: texts.optional().describe('NAME=value.'),
  expose: z.array(expose, { error: 'a list' }).nullable().optional().describe('Ports.'),
  dependencies: z
    .array(tree({ service: text().optional() }))
    .optional()
    .describe('Passed over.'),
  params: tree({
    storage: map(
      tree({
        mount: z.string({ error: 'an absolute path' }).regex(/^\//, { error: 'an absolute path' }).optional(),
        readOnly: z.boolean({ error: 'true or false' }).optional(),
      }),
    )
      .optional()
      .describe('Where volumes are mounted, by their names.'),
    permissions: tree({
      read: z
        .array(z.enum(['deployment', 'logs', 'events'], { error: 'deployment, logs or events' }))
        .optional(),
    }).optional(),
    tee: z
      .enum(['cpu', 'cpu-gpu'], { error: 'cpu or cpu-gpu' })
      .optional()
      .describe('Confidential computing.'),
  }).optional(),
  credentials: tree({ host: text(1), username: text(1), password: text(6), email: text(5).optional() })
    .optional()
    .describe('For the image registry.'),
})

const yes = (value: unknown) => value === true || value === 'true'
const volume = tree({
  name: text().optional().describe('`default` unless said otherwise.'),
  size: text().describe('Such as 512Mi or 20Gi.'),
  attributes: tree({
    class: text().describe('beta1 is HDD, beta2 SSD, beta3 NVMe, ram memory.'),
    persistent: z.union([z.boolean(), z.string()], { error: 'true or false' }),
  })
    .refine(({ class: kind, persistent }) => kind !== 'ram' || !yes(persistent), {
      error: 'no persistent volume in memory',
    })
    .refine(
      ({ class: kind, persistent }) =>
        !['beta1', 'beta2', 'beta3', 'default'].includes(kind) || yes(persistent),
      {
        error: '`persistent: true` with a class',
      },
    )
    .optional(),
})

const none = /^0+(\.0+)?$/
const units = z.union([z.string(), z.number()], { error: 'a count' })
const someUnits = (value: string | number | undefined) =>
  typeof value === 'number' ? value > 0 : value !== undefined && !none.test(value)

const gpu = tree({
  units: units.optional().describe('How many.'),
  attributes: tree({
    vendor: tree({
      nvidia: z
        .array(
          tree({
            model: text().optional().describe('Such as rtx4090.'),
            ram: text().optional().describe('Such as 24Gi.'),
            interface: z.enum(['pcie', 'sxm'], { error: 'pcie or sxm' }).optional(),
          }),
        )
        .nullable()
        .optional()
        .describe('Models of which any will do; any at all when empty.'),
    })
      .refine((vendor) => Object.keys(vendor).length > 0, { error: 'a vendor' })
      .optional(),
  }).optional(),
})
  .refine((value) => value.attributes !== undefined || !someUnits(value.units), {
    error: 'attributes where there are units',
  })
  .refine((value) => value.attributes === undefined || someUnits(value.units), {
    error: 'units where there are attributes',
  })

const price = tree({
  denom: z.enum(['uact', 'uakt'], { error: 'uact' }),
  amount: z
    .union([z.string().regex(/^[0-9]+(\.[0-9]+)?$/), z.number().min(0)], { error: 'a number' })
    .describe('Highest price for each block of 6 seconds; 1000000 uact are a dollar.'),
})

const compute = tree({
  resources: tree({
    cpu: tree({
      units: z
        .union([z.string().regex(/^[0-9]+(\.[0-9]+)?[a-zA-Z]*$/), z.number().positive()], {
          error: 'cores such as 0.5, or "500m"',
        })
        .refine((value) => typeof value === 'number' || !/^0+(\.0+)?m?$/.test(value), {
          error: 'more than zero',
        }),
      attributes: trees.optional(),
    }),
    memory: tree({ size: text().describe('Such as 512Mi or 20Gi.') }),
    storage: z.union([volume, z.array(volume)], { error: 'a volume such as {size: 1Gi}, or a list of them' }),
    gpu: gpu.optional(),
  }),
})

const placement = tree({
  attributes: trees.optional().describe('Attributes that the provider must have.'),
  signedBy: tree({ allOf: textList.optional(), anyOf: textList.optional() })
    .optional()
    .describe('Whose word counts for them.'),
  pricing: map(price).describe('Highest price of one replica, by compute profile.'),
})

export const akashFileSchema = tree({
  version: z.enum(['2.0', '2.1'], { error: '"2.0" or "2.1", in quotes' }),
  services: map(service).describe('What to run, by name.'),
  profiles: tree({
    compute: map(compute).describe('Resources, by profile.'),
    placement: map(placement).describe('Where it may run and at what price, by profile.'),
  }),
  deployment: map(
    map(tree({ profile: text(), count: z.int({ error: 'a whole number' }).min(1, { error: 'at least 1' }) })),
  ).describe('Service to placement to compute profile and count.'),
  endpoints: z
    .record(z.string().regex(/^[a-z]+[-_0-9a-z]+$/), tree({ kind: z.literal('ip', { error: 'ip' }) }), {
      error: 'a mapping',
    })
    .optional()
    .describe('Leased IP addresses.'),
  include: textList.optional().describe('Passed over.'),
  reclamation: tree({
    min_window: z
      .string({ error: 'a time such as 24h' })
      .regex(/^[1-9][0-9]*(s|m|h)$/, { error: 'a whole number with s, m or h' }),
  })
    .optional()
    .describe('Least notice before a provider takes the machine back.'),
})

export type AkashFile = z.infer<typeof akashFileSchema>
