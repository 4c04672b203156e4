import { z } from 'zod'

export type Shape = Readonly<Record<string, z.ZodType>>

/** A part of a format that has keys of its own. */
export interface Part {
  heading: string
  shape: Shape
  about: string
}

/**
 * The tables of a reference page, from the schema alone: the parts given first, then every mapping with fixed keys inside
 * them, told once. What stands in `toldApart` has a part of its own already.
 */
export function describeParts(roots: readonly Part[], toldApart: readonly string[]): string[] {
  const parts = [...roots]
  const isRoot = new Set(roots.map(({ heading }) => heading))
  const told = new Set<string>()
  // Grows while it is walked.
  for (const part of parts) {
    for (const [key, schema] of Object.entries(part.shape)) {
      for (const inner of objectsIn(schema)) {
        const keys = Object.keys(inner.shape).join()
        if (told.has(keys) || toldApart.includes(key)) continue
        told.add(keys)
        const heading = isRoot.has(part.heading) ? `\`${key}\`` : `${part.heading.slice(0, -1)}.${key}\``
        parts.push({ heading, shape: inner.shape, about: inner.description ?? '' })
      }
    }
  }
  return parts.map(section)
}

function section({ heading, shape, about }: Part): string {
  const rows = Object.entries(shape).map(([key, schema]) => {
    const optional = schema instanceof z.ZodOptional
    return `| \`${key}\` | ${escapeCell(expectedOf(schema))} | ${optional ? '' : 'yes'} | ${escapeCell(descriptionOf(schema))} |`
  })
  return [
    `## ${heading}`,
    '',
    ...(about === '' ? [] : [about, '']),
    '| key | value | required | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

/** A description may stand on either side of the mark that makes a schema optional. */
function descriptionOf(schema: z.ZodType): string {
  if (schema.description !== undefined) return schema.description
  return schema instanceof z.ZodOptional ? descriptionOf(schema.unwrap() as z.ZodType) : ''
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|')
}

/** What the schema would say that it expected. */
function expectedOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return expectedOf(schema.unwrap() as z.ZodType)
  const error = schema._zod.def.error?.({ code: 'custom', input: undefined, path: [], message: '' } as never)
  if (typeof error === 'string' && error !== '') return error
  if (schema instanceof z.ZodUnion)
    return schema.options
      .map((option) => expectedOf(option as z.ZodType))
      .filter(Boolean)
      .join(', or ')
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String).join(' or ')
  if (schema instanceof z.ZodEnum) return schema.options.join(', ')
  return ''
}

/** The mappings with fixed keys inside a schema, not looking into their own keys. */
function objectsIn(
  schema: z.ZodType,
): { shape: Readonly<Record<string, z.ZodType>>; description: string | undefined }[] {
  const inner = (next: unknown, description = schema.description) =>
    objectsIn(next as z.ZodType).map((found) => ({ ...found, description: found.description ?? description }))
  if (schema instanceof z.ZodObject)
    return [{ shape: schema.shape as Readonly<Record<string, z.ZodType>>, description: schema.description }]
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return inner(schema.unwrap())
  if (schema instanceof z.ZodArray) return inner(schema.element)
  if (schema instanceof z.ZodRecord) return inner(schema.valueType)
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => inner(option))
  return []
}
