import { Readable } from 'node:stream'
import { bytes32Schema, leaseFileAnswerSchema } from '@sublet/protocol'
import type { OpenProvider } from '@sublet/sdk'
import type { HttpServer } from '@sublet/service'
import { z } from 'zod'
import type { Deployments } from '../deployment/deployments.ts'

const params = z.object({ id: bytes32Schema })
const place = z.object({
  /** Absolute, inside the instance. */
  path: z.string().min(1),
  service: z.string().optional(),
  replica: z.coerce.number().int().min(0).optional(),
})

/** Files of a lease's instances; archives are tar, not compressed, and go through as streams. */
export function leaseFileRoutes(
  server: HttpServer,
  deployments: Deployments,
  openProvider: OpenProvider,
): void {
  server.get(
    '/v1/leases/:id/file',
    {
      schema: {
        summary: 'What lies at a path of an instance',
        params,
        querystring: place,
        response: { 200: leaseFileAnswerSchema },
      },
    },
    async (request) => {
      const lease = deployments.lease(request.params.id)
      const file = await (await openProvider(lease)).statFile(lease.leaseId, request.query)
      return file === undefined ? {} : { file }
    },
  )
  server.get(
    '/v1/leases/:id/files',
    { schema: { summary: 'A file or folder of an instance, as tar', params, querystring: place } },
    async (request, reply) => {
      const lease = deployments.lease(request.params.id)
      const provider = await openProvider(lease)
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const chunks = provider.downloadFiles(lease.leaseId, request.query, { signal: gone.signal })
      // The first bytes come before the answer's head, so that a refusal is one.
      const first = await chunks.next()
      return reply.type('application/x-tar').send(Readable.from(joined(first, chunks), { objectMode: false }))
    },
  )
  server.put(
    '/v1/leases/:id/files',
    {
      schema: {
        summary: 'A tar archive (application/octet-stream) into a folder of an instance',
        params,
        querystring: place,
      },
    },
    async (request, reply) => {
      const lease = deployments.lease(request.params.id)
      const provider = await openProvider(lease)
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      const archive = request.body instanceof Readable ? request.body : Readable.from([])
      await provider.uploadFiles(lease.leaseId, request.query, archive, { signal: gone.signal })
      return reply.code(204).send()
    },
  )
}

async function* joined(first: IteratorResult<Uint8Array>, rest: AsyncGenerator<Uint8Array>) {
  if (first.done !== true) yield first.value
  yield* rest
}
