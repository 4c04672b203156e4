import { z } from 'zod'
import { ruleFileSchema } from './rule-file.ts'

/** The rule file's JSON Schema, for editors. */
export function ruleFileJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(ruleFileSchema, { io: 'input', unrepresentable: 'any' })
  return JSON.parse(JSON.stringify({ title: 'Sublet pricing rules', ...schema })) as Record<string, unknown>
}
