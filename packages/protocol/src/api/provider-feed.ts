import { z } from 'zod'
import { signedAskSchema } from '../ask/ask.ts'
import { bytes32Schema } from '../units/units.ts'

/** A public port of a lease that the relay should serve. */
export const routeSchema = z.strictObject({
  /** As `ingressLabel` gives it. */
  label: z.string(),
  leaseId: bytes32Schema,
  service: z.string(),
  port: z.int(),
  protocol: z.enum(['http', 'tcp', 'udp']),
  /** Host names of the tenant's own that lead here too. */
  hosts: z.array(z.string()),
})
export type Route = z.output<typeof routeSchema>

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
