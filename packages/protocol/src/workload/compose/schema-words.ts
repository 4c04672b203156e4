import { z } from 'zod'
import { composeBytes, composeCount, composeCpu, composeDuration, composeFlag } from './quantities.ts'

/** What the schema of Compose files is made of. Texts say what was expected. */

export function text(expected: string) {
  return z.string({ error: expected })
}

/** Numbers and flags may stand where text is wanted; `prepareCompose` has made text of them by then. */
export function scalar(expected: string): z.ZodType<string> {
  const any = z.union([z.string(), z.number(), z.boolean()], { error: expected })
  return any as unknown as z.ZodType<string>
}

/** A scalar that `parse` understands; the reader parses it again, so the type stays what the file may say. */
export function parsed(expected: string, parse: (value: string | number) => unknown) {
  return z
    .union([z.string(), z.number()], { error: expected })
    .refine((value) => parse(value) !== undefined, { error: expected })
}

export function section<Shape extends z.ZodRawShape>(shape: Shape, expected = 'a mapping') {
  return z.strictObject(shape, { error: expected })
}

export function listOf<Item extends z.ZodType>(item: Item, expected: string) {
  return z.array(item, { error: expected })
}

export function mapOf<Value extends z.ZodType>(value: Value, expected: string) {
  return z.record(z.string(), value, { error: expected })
}

export const flag = z
  .union([z.boolean(), z.string()], { error: 'true or false' })
  .refine((value) => composeFlag(value) !== undefined, { error: 'true or false' })
export const count = parsed('a whole number', composeCount)
export const size = parsed('a size such as 512m or 2g', composeBytes)
export const cores = parsed('cores such as 0.5', composeCpu)
export const duration = parsed('a time such as 30s or 1m30s', composeDuration)
export const words = z.union([z.string(), listOf(scalar('text'), 'a list of texts')], {
  error: 'text or a list of texts',
})
export const texts = listOf(scalar('text'), 'a list of texts')
export const textOrTexts = z.union([z.string(), texts], { error: 'text or a list of texts' })
export const ignored = z.unknown().optional()

/** Keys that are known and may hold anything. */
export function unchecked<const Keys extends readonly string[]>(
  keys: Keys,
): Record<Keys[number], typeof ignored> {
  return Object.fromEntries(keys.map((key) => [key, ignored])) as Record<Keys[number], typeof ignored>
}
