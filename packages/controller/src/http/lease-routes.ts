import {
  bytes32Schema,
  type Hex,
  invoiceOf,
  invoiceSchema,
  isEnded,
  isSubletError,
  type LogLine,
  leaseStatusSchema,
  logLineSchema,
  SubletError,
} from '@sublet/protocol'
import type { ChainClient, LogQuery, OpenProvider } from '@sublet/sdk'
import { type HttpServer, sendLines } from '@sublet/service'
import { z } from 'zod'
import type { Deployments, LeaseRef } from '../deployment/deployments.ts'

const leaseParams = z.object({ id: bytes32Schema })
const flag = z.enum(['true', 'false', '1', '0', '']).transform((text) => text !== 'false' && text !== '0')
const logQuery = z.object({
  follow: flag.optional(),
  tail: z.coerce.number().int().min(0).max(100_000).optional(),
  sinceMs: z.coerce.number().min(0).optional(),
  service: z.string().optional(),
})

export function leaseRoutes(
  server: HttpServer,
  deployments: Deployments,
  openProvider: OpenProvider,
  chain: Pick<ChainClient, 'histories' | 'nowSeconds'>,
): void {
  server.get(
    '/v1/leases/:id/invoice',
    {
      schema: {
        summary: 'What a lease has cost, as the chain has it',
        params: leaseParams,
        response: { 200: invoiceSchema },
      },
    },
    async (request) => {
      const leaseId = request.params.id
      const [histories, nowSeconds] = await Promise.all([chain.histories({ leaseId }), chain.nowSeconds()])
      const invoice = invoiceOf(histories.get(leaseId) ?? [], nowSeconds)
      if (invoice !== undefined) return invoice
      throw deployments.lease(leaseId).status?.voucher === undefined
        ? new SubletError('lease.not-found', `The lease ${leaseId} was never opened; it has cost nothing.`)
        : paidByVouchers(leaseId)
    },
  )
  server.get(
    '/v1/leases/:id',
    { schema: { summary: 'One lease', params: leaseParams, response: { 200: leaseStatusSchema } } },
    async (request) => {
      const lease = deployments.lease(request.params.id)
      if (lease.status !== undefined) return lease.status
      const provider = await openProvider(lease)
      return provider.lease(lease.leaseId)
    },
  )
  server.get(
    '/v1/leases/:id/logs',
    { schema: { summary: 'Output, one JSON object a line', params: leaseParams, querystring: logQuery } },
    async (request, reply) => {
      const lease = deployments.lease(request.params.id)
      const query: LogQuery = request.query
      const provider = await openProvider(lease)
      try {
        // Headers go out with the first byte, so a refusal must come before.
        await provider.lease(lease.leaseId)
      } catch (error) {
        const kept = keptLines(lease)
        if (kept === undefined || !isSubletError(error)) throw error
        return sendLines(reply, linesOf(kept, query), { schema: logLineSchema })
      }
      return sendLines(reply, (signal) => provider.logs(lease.leaseId, query, { signal }), {
        schema: logLineSchema,
      })
    },
  )
  server.post(
    '/v1/leases/:id/close',
    {
      schema: {
        summary: 'Close one lease; answers when it is settled',
        params: leaseParams,
        response: { 200: leaseStatusSchema },
      },
    },
    async (request) => deployments.closeLease(request.params.id),
  )
}

/** The last lines of an ended lease, which outlive its provider. */
function keptLines({ status }: LeaseRef): readonly LogLine[] | undefined {
  if (status === undefined || !isEnded(status.phase) || status.lastLogLines === undefined) return undefined
  const atMs = status.phaseAtMs.closed ?? status.phaseAtMs.lapsed ?? 0
  const service = status.services[0]?.name ?? ''
  return status.lastLogLines.map((text) => ({ service, replica: 0, stream: 'stdout', atMs, text }))
}

async function* linesOf(lines: readonly LogLine[], { tail }: LogQuery): AsyncGenerator<LogLine> {
  yield* tail === undefined ? lines : lines.slice(Math.max(0, lines.length - tail))
}

/** The chain knows such a lease only as part of its channel. */
function paidByVouchers(leaseId: Hex): SubletError {
  return new SubletError(
    'lease.not-found',
    `The lease ${leaseId} is paid by vouchers, so the chain has no invoice of it.`,
    { hint: '`sublet ps --all` tells what it has cost, `sublet wallet show` what its provider has drawn.' },
  )
}
