import { z } from 'zod'

/** An integer that may pass 2^53: a decimal string on the wire, a bigint inside. */
export const amountSchema = z.codec(z.string().regex(/^\d{1,78}$/), z.bigint(), {
  decode: (text) => BigInt(text),
  encode: (value) => value.toString(),
})

/** A 20-byte address, lower case inside so that equal addresses are equal strings. */
export const addressSchema = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .transform((text) => text.toLowerCase() as Address)

export type Address = `0x${string}`
export type Hex = `0x${string}`

export const bytes32Schema = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/)
  .transform((text) => text.toLowerCase() as Hex)

export const hexSchema = z
  .string()
  .regex(/^0x([0-9a-fA-F]{2})*$/)
  .transform((text) => text.toLowerCase() as Hex)

export const kibibyte = 1024
export const mebibyte = 1024 ** 2
export const gibibyte = 1024 ** 3
export const secondsPerHour = 3600n
