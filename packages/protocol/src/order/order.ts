import { z } from 'zod'
import { inSeconds } from '../units/quantity.ts'
import { addressSchema, amountSchema, bytes32Schema, hexSchema } from '../units/units.ts'
import { placementSchema, policySchema, resourcesSchema } from '../workload/workload.ts'

/** One kind of unit that the order needs `count` times: a service's resources and its replicas. */
export const orderUnitSchema = z.strictObject({
  service: z.string(),
  count: z.int().min(1),
  resources: resourcesSchema,
  /** Public TCP and UDP ports of one replica. HTTP endpoints are free. */
  endpoints: z.int().nonnegative(),
  image: z.string(),
})
export type OrderUnit = z.output<typeof orderUnitSchema>

/**
 * A tenant's signed wish for one group of a workload. It says what is needed and what it may cost, never what will
 * run: no environment, no secrets.
 */
export const orderSchema = z.strictObject({
  tenant: addressSchema,
  chainId: z.int().positive(),
  /** The salt of the agreement to come. */
  salt: bytes32Schema,
  token: addressSchema,
  units: z.array(orderUnitSchema).min(1),
  ips: z.int().nonnegative(),
  placement: placementSchema,
  policy: policySchema,
  /** Token base units per hour for everything together. */
  maxRatePerHour: amountSchema,
  /** Seconds of service to set aside money for at opening; the deposit is this times the agreed rate. */
  depositSeconds: inSeconds(z.int().positive()),
  /**
   * `voucher`: paid by vouchers of the tenant's channel with the provider, and never opened on chain, so the agreement
   * sets nothing aside. From the escrow unless said.
   */
  payment: z.literal('voucher').optional(),
  /** Seconds; 0 means no limit but the money. */
  maxDuration: z.int().nonnegative(),
  /** Hash of the group and its service levels, as `termsHashOf` gives it. */
  termsHash: bytes32Schema,
  /** Seconds that a provider has from bid to ready. */
  startWithinSeconds: inSeconds(z.int().positive()),
  /** Milliseconds since 1970. */
  createdAtMs: z.int().positive(),
  expiresAtMs: z.int().positive(),
  /** Providers not to be asked, such as one that just failed. */
  exclude: z.array(addressSchema),
})
export type Order = z.output<typeof orderSchema>
export type OrderWire = z.input<typeof orderSchema>

export const signedOrderSchema = z.strictObject({ order: orderSchema, signature: hexSchema })
export type SignedOrder = z.output<typeof signedOrderSchema>
