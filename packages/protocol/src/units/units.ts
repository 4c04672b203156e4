import { z } from 'zod'

/** An integer that may pass 2^53: a decimal string on the wire, a bigint inside. */
export const amountSchema = z.codec(z.string().regex(/^\d{1,78}$/), z.bigint(), {
  decode: (text) => BigInt(text),
  encode: (value) => value.toString(),
})

export type Address = `0x${string}`
export type Hex = `0x${string}`

// Lower-casing is an `overwrite`, not a transform, so that `encode` and the JSON Schema work too; only the type is narrowed.
const lowerCaseHex = (pattern: RegExp, expected: string) =>
  z.string().regex(pattern, `this is not ${expected}`).toLowerCase() as unknown as z.ZodType<Hex, string>

/** A 20-byte address, lower case inside so that equal addresses are equal strings. */
export const addressSchema = lowerCaseHex(/^0x[0-9a-fA-F]{40}$/, 'an address: 0x and 40 hexadecimal digits')

export const bytes32Schema = lowerCaseHex(/^0x[0-9a-fA-F]{64}$/, '0x and 64 hexadecimal digits')

export const hexSchema = lowerCaseHex(/^0x([0-9a-fA-F]{2})*$/, '0x and an even number of hexadecimal digits')

export const kibibyte = 1024
export const mebibyte = 1024 ** 2
export const gibibyte = 1024 ** 3
export const secondsPerHour = 3600n
