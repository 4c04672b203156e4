import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { registerStream } from './live-streams.ts'

/** What to send: the items, or a function that makes them and stops when the signal aborts. */
export type StreamSource<T> = AsyncIterable<T> | ((signal: AbortSignal) => AsyncIterable<T>)

export interface StreamAnswerOptions<T> {
  contentType: string
  /** An item as it travels. */
  text: (item: T) => string
  /** Sent at once, before the first item. */
  opening?: string
  /** Sent when nothing else was for so long. */
  keepAlive?: { everyMs: number; text: string }
  /** What to say when the source fails; without it the answer breaks off. */
  failure?: (error: unknown) => string
}

/**
 * Answers with a stream: the source is read no faster than the client takes it, and is ended (its signal aborted, its
 * `return` called) when the client goes or the server closes. Headers go out at once, so whatever may be refused must be refused before.
 */
export function streamAnswer<T>(
  reply: FastifyReply,
  source: StreamSource<T>,
  { contentType, text, opening, keepAlive, failure }: StreamAnswerOptions<T>,
): FastifyReply {
  const abort = new AbortController()
  const iterator = (typeof source === 'function' ? source(abort.signal) : source)[Symbol.asyncIterator]()
  let pulling = false
  let pushed = 0
  let timer: NodeJS.Timeout | undefined

  async function pull(): Promise<void> {
    pulling = true
    try {
      for (let wanted = true; wanted && !stream.destroyed; ) {
        const item = await iterator.next()
        if (stream.destroyed || stream.readableEnded) return
        if (item.done === true) {
          stream.push(null)
          return
        }
        pushed++
        wanted = stream.push(text(item.value))
      }
    } catch (error) {
      if (stream.destroyed) return
      if (failure === undefined) stream.destroy(error as Error)
      else {
        stream.push(failure(error))
        stream.push(null)
      }
    } finally {
      pulling = false
    }
  }

  const stream = new Readable({
    read() {
      if (!pulling) void pull()
    },
    destroy(error, done) {
      clearInterval(timer)
      registration.done()
      abort.abort()
      // A source that waits for its next item ends only when that comes; nobody waits for it here.
      void Promise.resolve(iterator.return?.()).catch(() => {})
      done(error)
    },
  })
  const registration = registerStream(reply, abort)
  abort.signal.addEventListener('abort', () => {
    if (!stream.destroyed) stream.push(null)
  })
  if (keepAlive !== undefined) {
    let pushedBefore = 0
    timer = setInterval(() => {
      if (pushed === pushedBefore && stream.readableLength === 0) stream.push(keepAlive.text)
      pushedBefore = pushed
    }, keepAlive.everyMs)
    timer.unref()
  }
  if (opening !== undefined) stream.push(opening)
  reply.raw.once('pipe', () => reply.raw.flushHeaders())
  return reply
    .header('cache-control', 'no-store')
    .header('x-accel-buffering', 'no')
    .type(contentType)
    .send(stream)
}
