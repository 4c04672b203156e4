import {
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerOptions,
  type SessionOptions,
} from 'node:http2'
import type { RequestHandler } from '../http/server.ts'

/**
 * How much may be under way unread. One stream's window bounds what a slow reader makes its relay hold; the session's
 * lets many streams run at once, and is given back as bytes arrive, so one stalled stream never stalls the others.
 */
export const streamWindowBytes = 2 * 1024 * 1024
export const sessionWindowBytes = 64 * 1024 * 1024

const common: SessionOptions = {
  settings: { initialWindowSize: streamWindowBytes, maxConcurrentStreams: 10_000, enablePush: false },
  // Megabytes. The default of 10 refuses new streams while a few others move bulk data.
  maxSessionMemory: 1024,
  maxOutstandingPings: 16,
}

/** Options of the indexer's end, the HTTP/2 client. */
export const tunnelClientOptions: SessionOptions = common

/** Options of the provider's end, the HTTP/2 server. */
export const tunnelServerOptions: ServerOptions = common

/**
 * An HTTP/2 server that listens nowhere: `dialTunnel` hands it its connections. It is also what
 * `createHttpServer({ serverFactory })` takes, after whose `ready()` it answers.
 */
export function createTunnelServer(
  handler: (request: Http2ServerRequest, response: Http2ServerResponse) => void,
): Http2Server
export function createTunnelServer(handler: RequestHandler): Http2Server
export function createTunnelServer(handler: unknown): Http2Server {
  const server = createServer(tunnelServerOptions, handler as Parameters<typeof createServer>[1])
  server.on('session', (session) => session.setLocalWindowSize(sessionWindowBytes))
  return server
}
