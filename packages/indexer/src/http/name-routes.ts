import { bytes32Schema, type Hex, type OwnName, ownNameListSchema } from '@sublet/protocol'
import type { HttpServer } from '@sublet/service'
import { z } from 'zod'

/** GET /v1/leases/:leaseId/names: how the host names that a lease brought stand here. */
export function nameRoutes(server: HttpServer, parts: { namesOf: (leaseId: Hex) => OwnName[] }): void {
  server.get(
    '/v1/leases/:leaseId/names',
    {
      schema: {
        summary: 'The host names of its own that a lease is served at',
        params: z.object({ leaseId: bytes32Schema }),
        response: { 200: ownNameListSchema },
      },
    },
    async ({ params }) => ({ names: parts.namesOf(params.leaseId) }),
  )
}
