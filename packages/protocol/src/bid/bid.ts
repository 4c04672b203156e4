import { z } from 'zod'
import { agreementSchema } from '../agreement/agreement.ts'
import { addressSchema, amountSchema, bytes32Schema, hexSchema } from '../units/units.ts'

/** A provider's answer to one order: exact hardware at an exact rate, as an agreement it has signed. */
export const bidSchema = z.strictObject({
  orderHash: bytes32Schema,
  provider: addressSchema,
  agreement: agreementSchema,
  providerSignature: hexSchema,
  /** What is reserved, in words for people: `2 × rtx4090`, `0.5 cores`. */
  hardware: z.array(z.string()),
  region: z.string(),
  /** Milliseconds since 1970; the reservation lapses then. */
  expiresAtMs: z.int().positive(),
})
export type Bid = z.output<typeof bidSchema>
export type BidWire = z.input<typeof bidSchema>

/** Why a provider was left out, first reason first. `atLeast` says what would have matched. */
export const exclusionSchema = z.strictObject({
  provider: addressSchema,
  reason: z.enum([
    'excluded',
    'expired',
    'token',
    'tenant',
    'region',
    'attribute',
    'auditor',
    'gpu-model',
    'gpu-memory',
    'gpu-count',
    'cpu-arch',
    'cpu',
    'memory',
    'storage-class',
    'storage',
    'ip',
    'latency',
    'maintenance',
    'image',
    'rate',
    'declined',
    'unreachable',
  ]),
  /** A whole sentence: what was asked, what there is. */
  message: z.string(),
  /** For `rate`: the lowest rate at which this provider would have matched. */
  ratePerHour: amountSchema.optional(),
})
export type Exclusion = z.output<typeof exclusionSchema>

/** What the indexer streams back for an order, as server-sent events named by `type`. */
export const orderEventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('screened'),
    orderHash: bytes32Schema,
    candidates: z.array(z.strictObject({ provider: addressSchema, ratePerHour: amountSchema })),
    excluded: z.array(exclusionSchema),
    /** The lowest highest-rate that would have matched somebody, where rate alone stood in the way. */
    lowestMatchingRate: amountSchema.optional(),
  }),
  z.strictObject({ type: z.literal('bid'), bid: bidSchema }),
  z.strictObject({ type: z.literal('declined'), exclusion: exclusionSchema }),
  z.strictObject({ type: z.literal('ended'), bids: z.int().nonnegative() }),
])
export type OrderEvent = z.output<typeof orderEventSchema>
export type OrderEventWire = z.input<typeof orderEventSchema>
