import { z } from 'zod'
import { duration, listOf, mapOf, name, names, oneOf, price, section, text } from './schema-words.ts'
import { type SubletService, serviceShape, subletServiceSchema } from './service-schema.ts'

/**
 * Sublet's own file format. This schema is the only description of it: the type, the checks, the JSON Schema for
 * editors, the reference page and the words of the messages all come from here. Messages say what was expected.
 */

const placement = section(
  {
    region: z
      .union([text('a region'), listOf(text('a region'), 'a list of regions')], {
        error: 'a region such as eu-west, or a list of them',
      })
      .optional()
      .describe('Any of these; anywhere unless said otherwise.'),
    'max-latency': duration.optional().describe('Longest round trip to the tenant.'),
    attributes: mapOf(
      z.union([z.string(), z.number(), z.boolean()], { error: 'text' }),
      'a mapping of keys to texts',
    )
      .optional()
      .describe('Attributes that the provider must have.'),
    auditors: section({
      any: names.optional().describe('At least one of these must vouch for the attributes.'),
      all: names.optional().describe('Every one of these must.'),
    })
      .optional()
      .describe('Whose word counts for the attributes.'),
  },
  'a mapping such as {region: eu-west}',
)
  .describe('Where it may run.')
  .meta({ id: 'placement' })

const priceLimit = z
  .union([price, section({ max: price.describe('Highest price for the whole group.') })], {
    error: 'dollars over time such as 0.40/h, or a mapping such as {max: 0.40/h}',
  })
  .describe('Highest price for the whole group.')

const services = mapOf(subletServiceSchema, 'a mapping of names to services').describe(
  'What to run, by name.',
)
const ips = names.describe('Names of leased IP addresses.')

const policy = z
  .union(
    [
      oneOf(['cheapest', 'fastest', 'balanced', 'person']),
      section({
        choose: oneOf(['cheapest', 'fastest', 'balanced', 'person'])
          .optional()
          .describe('cheapest unless said otherwise; person waits for you to pick.'),
        auction: oneOf(['first', 'second'])
          .optional()
          .describe('Pay the winning bid, or the runner-up’s rate; first unless said otherwise.'),
        window: duration.optional().describe('How long bids are awaited; 0 takes the first acceptable one.'),
      }),
    ],
    { error: 'one of cheapest, fastest, balanced, person' },
  )
  .describe('How to choose among bids.')

const block = (what: string) => mapOf(z.unknown(), 'a mapping').describe(`${what} Kept for the controller.`)

export const subletFileSchema = section(
  {
    sublet: z.literal(1, { error: '1' }).optional().describe('Version of this format.'),
    name: name
      .optional()
      .describe('Name of the deployment; from the image or the first service unless said otherwise.'),
    ...serviceShape,
    image: serviceShape.image
      .optional()
      .describe('Short for one service: its keys may stand here instead of under `services`.'),
    services: services.optional(),
    placement: placement.optional(),
    price: priceLimit.optional(),
    ips: ips.optional(),
    groups: mapOf(
      section({
        services,
        placement: placement.optional(),
        price: priceLimit.optional(),
        ips: ips.optional(),
      }),
      'a mapping of names to groups',
    )
      .optional()
      .describe(
        'Services that are leased apart from each other, each group from one provider. Instead of `services`.',
      ),
    policy: policy.optional(),
    duration: duration
      .optional()
      .describe('Longest time to run; no limit but the deposit unless said otherwise.'),
    autoscale: block('When to add and remove replicas.').optional(),
    cluster: block('Several leases as one cluster.').optional(),
    'service-levels': block('What the provider promises.').optional(),
  },
  'a mapping with an image or services',
)

export type SubletFile = z.infer<typeof subletFileSchema>
export type SubletPlacement = z.infer<typeof placement>
export type SubletGroup = {
  services: Record<string, SubletService>
  placement?: SubletPlacement | undefined
  price?: z.infer<typeof priceLimit> | undefined
  ips?: string[] | undefined
}
