import { bytes32Schema, ownNameListSchema } from '@sublet/protocol'
import type { IndexerClient } from '@sublet/sdk'
import type { HttpServer } from '@sublet/service'
import { z } from 'zod'
import type { Deployments } from '../deployment/deployments.ts'

/** The host names of its own that a lease is served at: asked of the indexer through which it was rented. */
export function nameRoutes(
  server: HttpServer,
  { deployments, indexers }: { deployments: Deployments; indexers: readonly IndexerClient[] },
): void {
  server.get(
    '/v1/leases/:id/names',
    {
      schema: {
        summary: 'How the host names of its own that a lease brought stand',
        params: z.object({ id: bytes32Schema }),
        response: { 200: ownNameListSchema },
      },
    },
    async ({ params }) => {
      const { leaseId, relayUrl } = deployments.lease(params.id)
      const indexer = indexers.find(({ baseUrl }) => relayUrl.startsWith(`${baseUrl}/`))
      return { names: (await indexer?.names(leaseId)) ?? [] }
    },
  )
}
