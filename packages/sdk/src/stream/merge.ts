import { createChannel } from './channel.ts'

/** Values of several streams as they come. Ends when all have ended; the first error ends it, and all are left. */
export async function* merge<T>(streams: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  const channel = createChannel<T>()
  const readers = streams.map((stream) => stream[Symbol.asyncIterator]())
  let open = readers.length
  if (open === 0) return
  const pump = async (reader: AsyncIterator<T>) => {
    try {
      for (let next = await reader.next(); next.done !== true; next = await reader.next()) {
        await channel.push(next.value)
      }
      open -= 1
      if (open === 0) channel.end()
    } catch (error) {
      channel.fail(error)
    }
  }
  for (const reader of readers) void pump(reader)
  try {
    yield* channel
  } finally {
    // A reader that waits for its source never answers `return`; whoever made the source aborts it.
    for (const reader of readers) void reader.return?.().catch(() => {})
  }
}
