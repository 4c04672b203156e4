import type { Readable, Writable } from 'node:stream'
import {
  type Address,
  bidRequestSchema,
  bidSchema,
  type FeedEvent,
  feedEventSchema,
  type Hex,
  openSealedRequest,
  routePlaceSchema,
  type SignedSessionGrant,
} from '@sublet/protocol'
import {
  createHttpServer,
  createTunnelServer,
  endOf,
  type HttpServer,
  type Log,
  type Metrics,
  type Readiness,
  type RequestHandler,
  sendLines,
  sendProblem,
  splice,
  toSubletError,
} from '@sublet/service'
import { z } from 'zod'
import type { Bidder } from '../bid/bidder.ts'
import type { Routes } from '../ingress/routes.ts'
import type { AskKeeper } from '../pricing/ask-keeper.ts'
import type { SealedParts } from './sealed-parts.ts'
import { answerSealed } from './sealed-routes.ts'

export interface ApiParts extends SealedParts {
  provider: Address
  sealKey: { publicKey: Hex; privateKey: Hex }
  version: string
  bidder: Bidder
  asks: AskKeeper
  routes: Routes
  verifyGrant: (grant: SignedSessionGrant) => Promise<boolean>
  acceptNonce: (nonce: string, expiresAtMs: number) => boolean
  log: Log
  metrics: Metrics
  readiness: Readiness
}

const pingMs = 10_000

/** The provider's API. `tunnel` makes it serve connections that it dials itself; otherwise it may listen. */
export function createApi(parts: ApiParts, { tunnel }: { tunnel: boolean }): HttpServer {
  const { provider, sealKey, version, bidder, asks, routes, log, metrics, readiness } = parts
  const app = createHttpServer({
    name: 'provider',
    version,
    log,
    metrics,
    readiness,
    bodyLimitBytes: 1024 * 1024,
    ...(tunnel ? { serverFactory: (handler: RequestHandler) => createTunnelServer(handler as never) } : {}),
  })

  app.get(
    '/v1/info',
    {
      schema: {
        response: { 200: z.object({ provider: z.string(), publicKey: z.string(), version: z.string() }) },
      },
    },
    () => ({ provider, publicKey: sealKey.publicKey, version }),
  )

  app.get('/v1/feed', (_request, reply) =>
    sendLines(reply, (signal) => feed(asks, routes, signal), {
      schema: feedEventSchema as z.ZodType<FeedEvent>,
    }),
  )

  app.post('/v1/bids', { schema: { body: bidRequestSchema, response: { 200: bidSchema } } }, (request) =>
    bidder.bid(request.body),
  )

  app.post('/v1/sealed', async (request, reply) => {
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort(new Error('the tenant went away')))
    const opened = await openSealedRequest({
      privateKey: sealKey.privateKey,
      provider,
      stream: request.body as Readable,
      nowMs: parts.now(),
      verifyGrant: parts.verifyGrant,
      acceptNonce: parts.acceptNonce,
    })
    const answer = await answerSealed(parts, opened, gone.signal)
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' })
    await writeAll(opened.sealResponse(answer), reply.raw, gone.signal)
  })

  app.post(
    '/v1/connect/:label',
    { schema: { params: z.object({ label: z.string() }) } },
    async (request, reply) => {
      let inner: Awaited<ReturnType<Routes['connect']>>
      try {
        inner = await routes.connect(request.params.label)
      } catch (error) {
        return sendProblem(reply, toSubletError(error))
      }
      reply.hijack()
      reply.raw.writeHead(200, { 'content-type': 'application/octet-stream' })
      if ('flushHeaders' in reply.raw) reply.raw.flushHeaders()
      inner.on('error', () => undefined)
      reply.raw.on('error', () => undefined)
      splice({ readable: request.raw, writable: reply.raw }, endOf(inner))
      return reply
    },
  )

  app.put(
    '/v1/routes/:label/place',
    { schema: { params: z.object({ label: z.string() }), body: routePlaceSchema } },
    (request, reply) => {
      routes.placed(request.params.label, request.body)
      return reply.code(204).send()
    },
  )

  // A byte stream to a port has no media type that matters.
  app.removeContentTypeParser('text/plain')
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  return app
}

/** Everything that the provider stands by, then every change. */
async function* feed(asks: AskKeeper, routes: Routes, signal: AbortSignal): AsyncGenerator<FeedEvent> {
  const queue: FeedEvent[] = []
  let wake: () => void = () => {}
  const unsubscribe = asks.subscribe((event) => {
    queue.push(event)
    wake()
  })
  signal.addEventListener('abort', () => wake(), { once: true })
  try {
    yield { type: 'ask', signedAsk: await asks.current() }
    for (const route of routes.all()) yield { type: 'route', route }
    while (!signal.aborted) {
      const event = queue.shift()
      if (event !== undefined) {
        yield event
        continue
      }
      const happened = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), pingMs)
        timer.unref()
        wake = () => {
          clearTimeout(timer)
          resolve(true)
        }
        if (queue.length > 0) wake()
      })
      if (!happened) yield { type: 'ping' }
    }
  } finally {
    unsubscribe()
  }
}

/** Writes no faster than the reader takes it; ends early, quietly, when the reader goes. */
async function writeAll(
  chunks: AsyncIterable<Uint8Array>,
  out: Writable,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (signal.aborted) return
      if (out.write(chunk)) continue
      await new Promise<void>((resolve) => {
        const finish = () => {
          out.off('drain', finish)
          signal.removeEventListener('abort', finish)
          resolve()
        }
        out.once('drain', finish)
        signal.addEventListener('abort', finish, { once: true })
      })
    }
    out.end()
  } catch {
    // Cut off in the middle: the tenant must see that it isn't whole.
    out.destroy()
  }
}
