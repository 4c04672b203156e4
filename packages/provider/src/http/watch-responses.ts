import {
  type Address,
  type Hex,
  leaseEventSchema,
  leaseSampleSchema,
  type ResponseToSeal,
  SubletError,
} from '@sublet/protocol'
import { z } from 'zod'
import { leaseSamples } from '../figures/lease-samples.ts'
import { batched } from './batched.ts'
import { parseQuery } from './body.ts'
import type { SealedParts } from './sealed-parts.ts'

const flag = z
  .enum(['true', 'false', '1', '0', ''])
  .default('false')
  .transform((text) => text !== 'false' && text !== '0')
const timelineQuery = z.object({ follow: flag })
const statsQuery = z.object({
  follow: flag,
  /** Asking costs the machine something, so not more often than this. */
  intervalMs: z.coerce.number().int().min(500).max(60_000).default(2_000),
})

/** What happened to a lease, and with `follow` what happens. */
export async function timelineResponse(
  { leases, timeline }: SealedParts,
  tenant: Address,
  leaseId: Hex,
  search: URLSearchParams,
  signal: AbortSignal,
): Promise<ResponseToSeal> {
  const { follow } = parseQuery(timelineQuery, search)
  // Throws for a lease that is not this tenant's.
  await leases.status(tenant, leaseId)
  return lines(leaseEventSchema, timeline.read(leaseId, { follow, signal }))
}

/** What a lease's instances use. Throws `lease.closed`, and `lease.not-ready` while nothing runs. */
export async function statsResponse(
  parts: SealedParts,
  tenant: Address,
  leaseId: Hex,
  search: URLSearchParams,
  signal: AbortSignal,
): Promise<ResponseToSeal> {
  const { follow, intervalMs } = parseQuery(statsQuery, search)
  const runner = await parts.leases.live(tenant, leaseId)
  const isRunning = runner.record.status.services.some(({ name }) => runner.instances(name).length > 0)
  if (!isRunning && !follow) {
    throw new SubletError('lease.not-ready', 'Nothing of the lease is running at this moment.', {
      hint: 'Try again shortly, or follow.',
    })
  }
  return lines(leaseSampleSchema, leaseSamples({ ...parts, runner }, { follow, intervalMs, signal }))
}

function lines<S extends z.ZodType>(schema: S, items: AsyncGenerator<z.output<S>>): ResponseToSeal {
  const text = async function* () {
    for await (const item of items) yield JSON.stringify(z.encode(schema, item))
  }
  return {
    status: 200,
    headers: { 'content-type': 'application/x-ndjson' },
    body: batched(text()),
  }
}
