import { z } from 'zod'
import { signedAskSchema } from '../ask/ask.ts'
import { addressSchema, bytes32Schema } from '../units/units.ts'

/** A public port of a lease that the relay should serve. */
export const routeSchema = z.strictObject({
  /** As `routeLabel` gives it. */
  label: z.string(),
  leaseId: bytes32Schema,
  service: z.string(),
  port: z.int(),
  protocol: z.enum(['http', 'tcp', 'udp']),
  /** Host names of the tenant's own that lead here too. */
  hosts: z.array(z.string()),
  /** The tenant's own certificate for them, chain and key in PEM; the tunnel keeps it from everybody else. */
  certificate: z.string().max(65_536).optional(),
  /** Set where an indexer is to listen for it, as the provider has no address that clients reach. */
  relay: z
    .strictObject({
      /** Which indexer: the one through which the lease was rented. */
      indexer: addressSchema,
      /** The port of before, so that it stays the same; 0 for any. */
      wantedPort: z.int().min(0).max(65_535),
    })
    .optional(),
})
export type Route = z.output<typeof routeSchema>

/** `PUT /v1/routes/:label/place` of a provider: where an indexer listens for a port. */
export const routePlaceSchema = z.strictObject({
  indexer: addressSchema,
  host: z.string().min(1),
  port: z.int().min(1).max(65_535),
})
export type RoutePlace = z.output<typeof routePlaceSchema>

/**
 * What a provider streams to an indexer over the tunnel (`GET /v1/feed`, newline-delimited JSON): first everything
 * it stands by, then every change, and a `ping` when nothing happened for 10 seconds.
 */
export const feedEventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ask'), signedAsk: signedAskSchema }),
  z.strictObject({ type: z.literal('route'), route: routeSchema }),
  z.strictObject({ type: z.literal('unroute'), label: z.string() }),
  z.strictObject({ type: z.literal('ping') }),
])
export type FeedEvent = z.output<typeof feedEventSchema>
export type FeedEventWire = z.input<typeof feedEventSchema>
