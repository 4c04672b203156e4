import { z } from 'zod'
import { parseBytes, parseDuration, parsePrice } from '../../units/quantity.ts'
import { flag, ignored, mapOf, parsed, scalar, section, text, textOrTexts } from './schema-words.ts'
import { composeServiceSchema } from './service-schema.ts'

/**
 * What Sublet reads of a Compose file, after variables are filled in (so that a number or a flag may come as text).
 * Keys that make no sense on a rented machine are known here too, so that they can be refused with the way round.
 */

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
    persistent: flag.optional().describe('Kept across leases; true unless said otherwise.'),
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
      z.union([composeServiceSchema, z.null()], { error: 'a mapping with an image' }),
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

export type ComposeFile = z.output<typeof composeFileSchema>
export type ComposeVolume = z.output<typeof volume>
export type ComposeSource = z.output<typeof source>
