import { z } from 'zod'
import { bytes32Schema } from '../units/units.ts'

/**
 * How a host name of a tenant's own stands at an indexer: `checking` is being looked up, `unproved` isn't shown to be the
 * tenant's, `taken` is served for another lease, `plain` is served without TLS, `secure` with it.
 */
export const ownNameStates = ['checking', 'unproved', 'taken', 'plain', 'secure'] as const

export const ownNameSchema = z.strictObject({
  host: z.string(),
  leaseId: bytes32Schema,
  service: z.string(),
  port: z.int(),
  state: z.enum(ownNameStates),
  /** Where it answers, once it does. */
  url: z.string().optional(),
  message: z.string(),
  /** Why it isn't `secure`, as the table of errors has it, and what to do. */
  code: z.string().optional(),
  hint: z.string().optional(),
  certificate: z
    .strictObject({
      issuer: z.string(),
      /** Milliseconds since 1970. */
      untilMs: z.int(),
      /** Brought by the tenant, or ordered by the indexer. */
      source: z.enum(['own', 'ordered']),
    })
    .optional(),
})
export type OwnName = z.output<typeof ownNameSchema>

/** What `GET /v1/leases/:leaseId/names` of an indexer answers. */
export const ownNameListSchema = z.strictObject({ names: z.array(ownNameSchema) })
