import { createParser, type EventSourceMessage } from 'eventsource-parser'

/** Server-sent events out of a byte stream; comments, which only keep the connection alive, are dropped. */
export async function* readServerEvents(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<EventSourceMessage> {
  const decoder = new TextDecoder()
  const ready: EventSourceMessage[] = []
  const parser = createParser({ onEvent: (event) => ready.push(event) })
  for await (const chunk of stream) {
    parser.feed(decoder.decode(chunk, { stream: true }))
    yield* ready.splice(0)
  }
}
