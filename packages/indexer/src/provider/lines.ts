import type { Readable } from 'node:stream'

/**
 * Cuts a byte stream into lines of UTF-8, without their ends. A last line without an end counts.
 *
 * @throws RangeError on a line longer than `maxBytes`.
 */
export async function* linesOf(stream: Readable, maxBytes: number): AsyncGenerator<string> {
  let parts: Buffer[] = []
  let held = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let from = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, end))
      yield Buffer.concat(parts).toString('utf8')
      parts = []
      held = 0
      from = end + 1
    }
    if (from < chunk.length) {
      parts.push(chunk.subarray(from))
      held += chunk.length - from
      if (held > maxBytes) throw new RangeError(`a line is longer than ${maxBytes} bytes`)
    }
  }
  if (held > 0) yield Buffer.concat(parts).toString('utf8')
}
