import {
  type OrderEvent,
  orderEventSchema,
  type SignedOrder,
  SubletError,
  signedOrderSchema,
} from '@sublet/protocol'
import { type HttpServer, sendEvents } from '@sublet/service'
import { z } from 'zod'
import type { AtOnce } from '../limit/at-once.ts'
import type { RateLimit } from '../limit/rate-limit.ts'

export interface OrderRouteParts {
  /** Refuses what is not a proper order; throws SubletError. */
  check: (signedOrder: SignedOrder) => Promise<void>
  /** What becomes of it. */
  run: (signedOrder: SignedOrder, signal: AbortSignal) => AsyncIterable<OrderEvent>
  rate: RateLimit
  atOnce: AtOnce
  now: () => number
}

export function orderRoutes(server: HttpServer, { check, run, rate, atOnce, now }: OrderRouteParts): void {
  server.post(
    '/v1/orders',
    {
      schema: {
        summary: 'Post an order; answers server-sent events, each an OrderEvent named by its type',
        body: signedOrderSchema,
        response: { 200: z.unknown().describe('text/event-stream of OrderEvent') },
      },
    },
    async (request, reply) => {
      if (!rate.take(request.ip, now())) {
        throw new SubletError('limit.exceeded', 'Too many orders came from this address.', {
          hint: 'Wait a second between orders.',
        })
      }
      const leave = atOnce.enter(request.ip)
      if (leave === undefined) {
        throw new SubletError('limit.exceeded', 'This indexer is working on as many orders as it can.', {
          hint: 'Try again in a few seconds, or another indexer.',
        })
      }
      reply.raw.once('close', leave)
      const signedOrder = request.body
      await check(signedOrder)
      return sendEvents(reply, (signal) => named(run(signedOrder, signal)), { schema: orderEventSchema })
    },
  )
}

async function* named(events: AsyncIterable<OrderEvent>) {
  for await (const event of events) yield { event: event.type, data: event }
}
