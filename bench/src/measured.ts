import { z } from 'zod'
import type { BenchRow } from './row.ts'
import { markdownTable } from './table.ts'

const rowSchema = z.strictObject({
  figure: z.string(),
  ours: z.string(),
  peer: z.string(),
  ratio: z.string(),
  target: z.string(),
  ok: z.boolean(),
}) satisfies z.ZodType<BenchRow>

/** The rows that the README quotes, by the bench that owns them. */
const measuredSchema = z.record(z.string(), z.array(rowSchema))
export type Measured = z.output<typeof measuredSchema>

export const parseMeasured = (text: string): Measured => measuredSchema.parse(JSON.parse(text))

export const formatMeasured = (measured: Measured): string => `${JSON.stringify(measured, null, 2)}\n`

/** A bench that ran owns all of its rows: they replace those of its run before, and nobody else's. */
export function mergeMeasured(before: Measured, run: Measured, order: readonly string[]): Measured {
  const merged = { ...before, ...run }
  return Object.fromEntries(
    order.flatMap((name) => (merged[name] === undefined ? [] : [[name, merged[name]]])),
  )
}

const opening = '<!-- bench -->\n'
const closing = '<!-- /bench -->'

/** The README with its table made anew of the measured rows. Throws where it has no place for them. */
export function withTable(readme: string, measured: Measured): string {
  const from = readme.indexOf(opening)
  const to = readme.indexOf(closing)
  if (from < 0 || to < from)
    throw new Error('README.md has no <!-- bench --> … <!-- /bench --> for the table.')
  const table = markdownTable(Object.values(measured).flat())
  return `${readme.slice(0, from + opening.length)}${table}\n${readme.slice(to)}`
}
