import { z } from 'zod'
import { parseBytes, parseCpu, parseDuration, parsePrice } from '../../units/quantity.ts'

/** The words that Sublet's schema is written in. Each message says what was expected. */

const namePattern = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/

export function text(expected: string) {
  return z.string({ error: expected }).min(1, { error: expected })
}

export function quantity(expected: string, parse: (value: string | number) => unknown) {
  return z
    .union([z.string(), z.number()], { error: expected })
    .refine((value) => parse(value) !== undefined, { error: expected })
}

export function wholeNumber(expected: string, least: number, most: number) {
  return z.int({ error: expected }).min(least, { error: expected }).max(most, { error: expected })
}

export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, { error: `one of ${values.join(', ')}` })
}

export function listOf<Item extends z.ZodType>(item: Item, expected: string) {
  return z.array(item, { error: expected })
}

export function mapOf<Value extends z.ZodType>(value: Value, expected: string) {
  return z.record(z.string(), value, { error: expected })
}

export function section<Shape extends z.ZodRawShape>(shape: Shape, expected = 'a mapping') {
  return z.strictObject(shape, { error: expected })
}

export const flag = z.boolean({ error: 'true or false' })
export const words = listOf(z.string({ error: 'text' }), 'a list of texts such as ["python", "serve.py"]')
export const names = listOf(text('a name'), 'a list of names')
export const cpu = quantity('cores such as 0.5, or millicores such as "500m"', parseCpu)
export const size = quantity('a size with its unit, such as 512Mi or 20G', parseBytes)
export const duration = quantity('a length of time with its unit, such as 30s or 2h', parseDuration)
export const price = quantity('dollars over time, such as 0.40/h', parsePrice)
export const portNumber = wholeNumber('a port from 1 to 65535', 1, 65535)
export const name = z
  .string({ error: 'a name' })
  .regex(namePattern, { error: 'lower-case letters, digits and hyphens, a letter first, at most 63' })
