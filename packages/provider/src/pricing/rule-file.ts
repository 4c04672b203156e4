import { addressSchema, parseDollars, SubletError } from '@sublet/protocol'
import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import { z } from 'zod'
import type { SomePrices } from './own-prices.ts'
import { weekDays } from './week-days.ts'

const dollarsPerHour = z
  .union([z.number(), z.string()])
  .transform((value, context) => {
    const amount = parseDollars(String(value))
    if (amount !== undefined) return amount
    context.addIssue({
      code: 'custom',
      message: 'expected dollars per hour with at most 6 decimals, such as 0.35',
    })
    return z.NEVER
  })
  .describe('Dollars per hour, with at most 6 decimals.')

const pricesSchema = z
  .strictObject({
    gpu: z.record(z.string(), dollarsPerHour).optional().describe('By model; * is every model not named.'),
    core: dollarsPerHour.optional(),
    memoryGib: dollarsPerHour.optional(),
    storageGib: z.record(z.string(), dollarsPerHour).optional().describe('By storage class.'),
    endpoint: dollarsPerHour.optional().describe('A public port.'),
    ip: dollarsPerHour.optional().describe('A leased address.'),
  })
  .transform(
    ({ gpu, core, memoryGib, storageGib, endpoint, ip }): SomePrices => ({
      gpuPerHour: gpu,
      cpuPerCoreHour: core,
      memoryPerGibHour: memoryGib,
      storagePerGibHour: storageGib,
      endpointPerHour: endpoint,
      ipPerHour: ip,
    }),
  )

const range = (most: number) =>
  z.strictObject({
    atLeast: z.int().min(0).max(most).optional(),
    atMost: z.int().min(0).max(most).optional(),
  })
const percent = z.int().min(1).max(10_000).describe('Of the price so far; 80 is a fifth less.')
const models = z.array(z.string().min(1)).min(1).describe('GPU models; a100* is every model that begins so.')

const hoursSchema = z
  .string()
  .regex(/^([01]?\d|2[0-4])-([01]?\d|2[0-4])$/, 'expected hours such as 22-06')
  .transform((text) => {
    const [from = 0, to = 0] = text.split('-').map(Number)
    return { from, to }
  })
  .describe('From the first hour to the beginning of the second, past midnight too, such as 22-06.')

const timeZoneSchema = z.string().refine(
  (name) => {
    try {
      return Intl.DateTimeFormat('en', { timeZone: name }) !== undefined
    } catch {
      return false
    }
  },
  { message: 'expected a time zone such as Europe/Berlin' },
)

const standingRuleSchema = z.strictObject({
  name: z.string().optional().describe('For people.'),
  when: z
    .strictObject({
      days: z.array(z.enum(weekDays)).min(1).optional(),
      hours: hoursSchema.optional(),
      timeZone: timeZoneSchema.default('UTC'),
      leasedGpuPercent: range(100).optional().describe('How many of the GPUs are leased.'),
    })
    .prefault({}),
  models: models.optional().describe('Only the prices of these GPUs; everything without it.'),
  percent,
})
export type StandingRule = z.output<typeof standingRuleSchema>

const orderRuleSchema = z
  .strictObject({
    name: z.string().optional().describe('For people.'),
    when: z
      .strictObject({
        tenants: z.array(addressSchema).min(1).optional(),
        models: models.optional().describe('Orders that get one of these GPUs.'),
        gpus: range(1_000_000).optional().describe('How many GPUs the order has.'),
        hours: range(1_000_000)
          .optional()
          .describe('How long the order may run; without a limit it is longer than any.'),
      })
      .prefault({}),
    percent: percent
      .max(100)
      .optional()
      .describe('Of the list price; an order never pays more than the list.'),
    decline: z.string().min(1).optional().describe('The reason why such orders get no bid.'),
  })
  .refine((rule) => (rule.percent === undefined) !== (rule.decline === undefined), {
    message: 'expected either percent or decline',
  })
export type OrderRule = z.output<typeof orderRuleSchema>

/** How a provider's prices come about: the file that `pricingRules` names. */
export const ruleFileSchema = z.strictObject({
  prices: pricesSchema.optional().describe('Over those of the configuration.'),
  floor: pricesSchema.optional().describe('No price and no rate goes below.'),
  ceiling: pricesSchema.optional().describe('No price goes above.'),
  standing: z.array(standingRuleSchema).default([]).describe('Change the price list that everybody sees.'),
  orders: z.array(orderRuleSchema).default([]).describe('Change what single orders pay, or decline them.'),
})
export type PriceRules = z.output<typeof ruleFileSchema>

export const noRules: PriceRules = { standing: [], orders: [] }

/**
 * Reads a rule file. Throws `config.invalid` that names every mistake with its line.
 *
 * @param name the file's name, for messages.
 */
export function readRuleFile(text: string, name: string): PriceRules {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const refuse = (mistakes: string[]): never => {
    throw new SubletError('config.invalid', `${mistakes.join('; ')}.`, {
      hint: 'docs/provider.md shows what a rule file may say; docs/schema/pricing-rules.schema.json checks it in an editor.',
      details: { mistakes },
    })
  }
  if (document.errors.length > 0) {
    refuse(
      document.errors.map(
        ({ message, pos: [at] }) => `${name}:${lines.linePos(at).line}: ${message.split(' at line')[0]}`,
      ),
    )
  }
  const value: unknown = document.toJS({ maxAliasCount: 100 })
  const parsed = ruleFileSchema.safeParse(value ?? {})
  if (parsed.success) return parsed.data
  return refuse(
    parsed.error.issues.map((issue) => {
      const path = issue.path.map(String)
      const inside = issue.code === 'unrecognized_keys' ? [...path, issue.keys[0] ?? ''] : path
      const at = offsetOf(document.contents, inside)
      const where = path.length === 0 ? '' : `${path.join('.')}: `
      return `${name}:${lines.linePos(at).line}: ${where}${issue.message}`
    }),
  )
}

/** Where a path begins in the text; the nearest that is there where the path leads to something missing. */
function offsetOf(node: unknown, path: readonly string[]): number {
  let at = (node as Node | null)?.range?.[0] ?? 0
  let current: unknown = node
  for (const step of path) {
    if (isMap(current)) {
      const pair = current.items.find(({ key }) => isScalar(key) && String(key.value) === step)
      if (pair === undefined) return at
      at = (pair.key as Node).range?.[0] ?? at
      current = pair.value
    } else {
      current = (current as { items?: unknown[] } | null)?.items?.[Number(step)]
      if (current === undefined) return at
      at = (current as Node).range?.[0] ?? at
    }
  }
  return at
}
