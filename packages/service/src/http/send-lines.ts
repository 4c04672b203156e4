import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { type StreamSource, streamAnswer } from './stream-answer.ts'
import { jsonText } from './wire-text.ts'

/**
 * Answers with newline-delimited JSON. `schema` encodes each item; without it, bigints become decimal strings. A
 * source that fails breaks the answer off, which the client sees.
 */
export function sendLines<Item>(
  reply: FastifyReply,
  source: StreamSource<Item>,
  { schema }: { schema?: z.ZodType<Item> | undefined } = {},
): FastifyReply {
  return streamAnswer(reply, source, {
    contentType: 'application/x-ndjson; charset=utf-8',
    text: (item) => `${jsonText(schema === undefined ? item : z.encode(schema, item))}\n`,
  })
}
