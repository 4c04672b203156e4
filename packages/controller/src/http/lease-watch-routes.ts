import { bytes32Schema, leaseEventSchema, leaseSampleSchema } from '@sublet/protocol'
import type { OpenProvider } from '@sublet/sdk'
import { type HttpServer, sendLines } from '@sublet/service'
import { z } from 'zod'
import type { Deployments } from '../deployment/deployments.ts'

const params = z.object({ id: bytes32Schema })
const flag = z.enum(['true', 'false', '1', '0', '']).transform((text) => text !== 'false' && text !== '0')
const statsQuery = z.object({
  follow: flag.optional(),
  intervalMs: z.coerce.number().int().min(500).max(60_000).optional(),
})

/** What a lease uses, and what happens to it. */
export function leaseWatchRoutes(
  server: HttpServer,
  deployments: Deployments,
  openProvider: OpenProvider,
): void {
  server.get(
    '/v1/leases/:id/timeline',
    {
      schema: {
        summary: 'What happened to a lease, one JSON object a line',
        params,
        querystring: z.object({ follow: flag.optional() }),
      },
    },
    async (request, reply) => {
      const lease = deployments.lease(request.params.id)
      const provider = await openProvider(lease)
      // Headers go out with the first byte, so a refusal must come before.
      await provider.lease(lease.leaseId)
      return sendLines(reply, (signal) => provider.timeline(lease.leaseId, request.query, { signal }), {
        schema: leaseEventSchema,
      })
    },
  )
  server.get(
    '/v1/leases/:id/stats',
    {
      schema: {
        summary: 'What its instances use, one JSON object a sample',
        params,
        querystring: statsQuery,
      },
    },
    async (request, reply) => {
      const lease = deployments.lease(request.params.id)
      const provider = await openProvider(lease)
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const samples = provider.stats(lease.leaseId, request.query, { signal: gone.signal })
      // The first sample comes before the answer's head, so that a refusal is one.
      const first = await samples.next()
      return sendLines(
        reply,
        (async function* () {
          if (first.done !== true) yield first.value
          yield* samples
        })(),
        { schema: leaseSampleSchema },
      )
    },
  )
}
