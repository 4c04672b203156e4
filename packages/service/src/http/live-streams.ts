import type { FastifyReply } from 'fastify'
import type { HttpServer } from './http-server.ts'

const key: unique symbol = Symbol('live streams')
type WithStreams = { [key]?: Set<AbortController> }

/** Endless answers would keep a closing server open for ever: they are ended first. */
export function abortStreamsOnClose(app: HttpServer): void {
  const streams = new Set<AbortController>()
  app.decorate(key, streams)
  app.addHook('preClose', (done) => {
    for (const stream of streams) stream.abort()
    done()
  })
}

/** Has a stream aborted when the server of this reply closes, until `done` is called. */
export function registerStream(reply: FastifyReply, stream: AbortController): { done: () => void } {
  const streams = (reply.server as unknown as WithStreams)[key]
  streams?.add(stream)
  return { done: () => streams?.delete(stream) }
}
