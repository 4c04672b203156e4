import { toProblem } from '@sublet/protocol'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { problemText, toSubletError } from './problem.ts'
import { type StreamSource, streamAnswer } from './stream-answer.ts'
import { jsonText } from './wire-text.ts'

export interface ServerEvent<Data = unknown> {
  event?: string
  /** The event's number, which a reconnecting client sends back as `Last-Event-ID`. */
  id?: string
  data: Data
}

export interface SendEventsOptions<Data> {
  /** Encodes the data; without it, bigints become decimal strings. */
  schema?: z.ZodType<Data> | undefined
  /** Milliseconds of silence after which a comment is sent; 15 000 by default. */
  keepAliveMs?: number | undefined
}

/**
 * Answers with server-sent events. A source that fails is told as an event `problem` with the problem document, after
 * which the stream ends.
 */
export function sendEvents<Data>(
  reply: FastifyReply,
  source: StreamSource<ServerEvent<Data>>,
  { schema, keepAliveMs = 15_000 }: SendEventsOptions<Data> = {},
): FastifyReply {
  const frame = (event: string | undefined, id: string | undefined, data: string) =>
    `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`
  return streamAnswer(reply, source, {
    contentType: 'text/event-stream; charset=utf-8',
    opening: ':\n\n',
    keepAlive: { everyMs: keepAliveMs, text: ':\n\n' },
    text: ({ event, id, data }) =>
      frame(event, id, jsonText(schema === undefined ? data : z.encode(schema, data))),
    failure: (cause) => {
      const error = toSubletError(cause)
      if (error.code === 'internal') reply.log.error({ err: cause }, 'event stream failed')
      return frame('problem', undefined, problemText(toProblem(error)))
    },
  })
}
