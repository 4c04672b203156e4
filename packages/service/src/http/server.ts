import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Http2SecureServer, Http2Server, Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { SubletError } from '@sublet/protocol'
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyServerFactory,
  fastify,
  LogController,
  type RawServerDefault,
} from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Log } from '../log/log.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { closeGracefully } from './graceful-close.ts'
import type { HttpServer } from './http-server.ts'
import { abortStreamsOnClose } from './live-streams.ts'
import { serveOpenApi } from './open-api.ts'
import { sendProblem, toSubletError } from './problem.ts'
import { createReadiness, type Readiness } from './readiness.ts'

/** Fits `http.createServer` and `http2.createServer` alike. */
export type RequestHandler = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => void

export interface HttpServerOptions {
  /** The daemon's name, as in `indexer`; the title of its API. */
  name: string
  /** The version that the API's description states. */
  version?: string | undefined
  log: Log
  metrics: Metrics
  readiness?: Readiness | undefined
  /** One line a request, at level info. False by default. */
  logRequests?: boolean | undefined
  /** Largest body of a request that is not a stream, in bytes; 1 MiB by default. */
  bodyLimitBytes?: number | undefined
  /** How long a closing server waits for requests under way, in milliseconds; 5000 by default. */
  closeGraceMs?: number | undefined
  /** Makes the server that calls the handler: TLS, HTTP/2, or none that listens (the tunnel). */
  serverFactory?: ((handler: RequestHandler) => Server | Http2Server | Http2SecureServer) | undefined
}

/**
 * An HTTP server with what every daemon has: problem documents for every error, `/healthz`, `/readyz`, `/metrics`,
 * `/openapi.json`, metrics of its requests. A body of `application/octet-stream` is handed over as a stream, unread
 * and without limit.
 */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { name, log, metrics, logRequests = false, serverFactory } = options
  const readiness = options.readiness ?? createReadiness()
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyLimitBytes ?? 1024 * 1024,
    routerOptions: { maxParamLength: 500 },
    ...(serverFactory === undefined
      ? {}
      : { serverFactory: serverFactory as unknown as FastifyServerFactory<RawServerDefault> }),
  }).withTypeProvider<ZodTypeProvider>()

  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload))

  const problems = metrics.counter({
    name: 'http_problems_total',
    help: 'Requests answered with a problem document, by its code',
    labels: ['code'],
  })
  app.setErrorHandler((cause, request, reply) => {
    const error = toSubletError(cause)
    problems.inc({ code: error.code })
    if (error.code === 'internal') request.log.error({ err: error.cause ?? error }, 'request failed')
    return sendProblem(reply, error)
  })
  app.setNotFoundHandler((request, reply) => {
    problems.inc({ code: 'route.not-found' })
    const message = `There is nothing at ${request.method} ${request.url.split('?')[0]}.`
    return sendProblem(
      reply,
      new SubletError('route.not-found', message, { hint: '/openapi.json lists every route.' }),
    )
  })

  const durations = metrics.histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from a request to the end of its answer',
    labels: ['method', 'route', 'status'],
  })
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none'
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
    if (logRequests) {
      const ms = Math.round(reply.elapsedTime * 10) / 10
      request.log.info({ method: request.method, url: request.url, status: reply.statusCode, ms }, 'request')
    }
    done()
  })
  abortStreamsOnClose(app)
  closeGracefully(app, { graceMs: options.closeGraceMs ?? 5000 })

  serveOpenApi(app as unknown as FastifyInstance, {
    title: `Sublet ${name}`,
    version: options.version ?? '1',
  })
  app.get('/healthz', { schema: { hide: true } }, () => ({ status: 'ok' }))
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const { ready, checks } = await readiness.ask()
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'unready', checks })
  })
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  )
  return app
}
