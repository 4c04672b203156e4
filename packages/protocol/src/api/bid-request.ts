import { z } from 'zod'
import { signedOrderSchema } from '../order/order.ts'
import { addressSchema, amountSchema } from '../units/units.ts'

/** What an indexer sends to a candidate (`POST /v1/bids`). */
export const bidRequestSchema = z.strictObject({
  signedOrder: signedOrderSchema,
  indexer: addressSchema,
  indexerFeeBps: z.int().min(0).max(10000),
  /**
   * For a `second` price order: the rate to put into the agreement, the runner-up's. A provider takes it when it is at
   * least its own price, and declines otherwise. Absent, the provider puts its own price.
   */
  ratePerHour: amountSchema.optional(),
})
export type BidRequest = z.output<typeof bidRequestSchema>
export type BidRequestWire = z.input<typeof bidRequestSchema>
