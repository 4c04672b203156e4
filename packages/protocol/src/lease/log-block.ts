import { z } from 'zod'
import { SubletError } from '../errors/sublet-error.ts'
import { readBytes } from '../seal/byte-reader.ts'

/** One line of an instance's output. */
export interface OutputLine {
  stream: 'stdout' | 'stderr'
  /** Milliseconds since 1970, with a fraction where the runtime tells one. */
  atMs: number
  text: string
}

const stampBytes = 8

/**
 * Lines of one instance that came together. They stay bytes until somebody reads them: an object and a text for each
 * would cost more than everything else on their way.
 */
export class LogBlock implements Iterable<OutputLine> {
  readonly atMs: Float64Array
  /** 0 is stdout, 1 stderr. */
  readonly streams: Uint8Array
  /** UTF-8, every line with its newline. */
  readonly text: Uint8Array

  constructor(atMs: Float64Array, streams: Uint8Array, text: Uint8Array) {
    this.atMs = atMs
    this.streams = streams
    this.text = text
  }

  get count(): number {
    return this.atMs.length
  }

  *[Symbol.iterator](): Generator<OutputLine> {
    const texts = this.texts()
    for (let at = 0; at < texts.length; at += 1) {
      yield { stream: streamName(this.streams[at]), atMs: this.atMs[at] ?? 0, text: texts[at] ?? '' }
    }
  }

  /** The lines' texts; bytes that are no UTF-8 become replacement characters. Throws `provider.unreachable` when they are not as many. */
  texts(): string[] {
    const texts = new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.text).split('\n')
    if (texts.pop() !== '' || texts.length !== this.count) throw malformed()
    return texts
  }
}

export const streamName = (stream: number | undefined) => (stream === 1 ? 'stderr' : 'stdout')

/** A block of lines that are at hand as objects. */
export function logBlockOf(lines: readonly OutputLine[]): LogBlock {
  // A newline within a line would make two of it.
  const text = lines.map((line) => `${line.text.replaceAll('\n', ' ')}\n`).join('')
  return new LogBlock(
    Float64Array.from(lines, ({ atMs }) => atMs),
    Uint8Array.from(lines, ({ stream }) => (stream === 'stderr' ? 1 : 0)),
    new TextEncoder().encode(text),
  )
}

/** A lease's output travels as blocks under this media type. */
export const logBlocksMediaType = 'application/vnd.sublet.log-blocks'

/** Whose lines a block has, and how much of it follows: stamps (8 bytes each), streams (1 each), text. */
const headSchema = z.strictObject({
  service: z.string(),
  replica: z.int().nonnegative(),
  count: z.int().nonnegative(),
  textBytes: z.int().nonnegative(),
})
const headLengthBytes = 4
const mostHeadBytes = 4096
/** A provider sends what one reading brought; nobody makes a reader hold more. */
const mostBlockBytes = 16 * 1024 * 1024

export interface LogSource {
  service: string
  replica: number
}

/** A block as it travels: the head's length, its head as JSON, stamps (little endian), streams, text. */
export function encodeLogBlock({ service, replica }: LogSource, block: LogBlock): Uint8Array {
  const { count, atMs, streams, text } = block
  const head = new TextEncoder().encode(JSON.stringify({ service, replica, count, textBytes: text.length }))
  const bytes = new Uint8Array(headLengthBytes + head.length + count * (stampBytes + 1) + text.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, head.length)
  bytes.set(head, headLengthBytes)
  let at = headLengthBytes + head.length
  for (let line = 0; line < count; line += 1, at += stampBytes) view.setFloat64(at, atMs[line] ?? 0, true)
  bytes.set(streams, at)
  bytes.set(text, at + count)
  return bytes
}

/** The blocks of a stream. Throws `provider.unreachable` for anything else, and RangeError where the stream is cut off. */
export async function* readLogBlocks(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<LogSource & { block: LogBlock }> {
  const reader = readBytes(chunks)
  try {
    for (;;) {
      const length = await reader.read(headLengthBytes)
      if (length === undefined) return
      const headBytes = viewOf(length).getUint32(0)
      if (headBytes > mostHeadBytes) throw malformed()
      const { service, replica, count, textBytes } = headIn(await whole(headBytes))
      if (count * (stampBytes + 1) + textBytes > mostBlockBytes) throw malformed()
      const stamps = viewOf(await whole(count * stampBytes))
      const atMs = new Float64Array(count)
      for (let line = 0; line < count; line += 1) atMs[line] = stamps.getFloat64(line * stampBytes, true)
      const streams = await whole(count)
      const block = new LogBlock(atMs, streams, await whole(textBytes))
      yield { service, replica, block }
    }
  } finally {
    await reader.cancel()
  }

  async function whole(length: number): Promise<Uint8Array> {
    const bytes = await reader.read(length)
    if (bytes === undefined) throw new RangeError('the stream ends within a block')
    return bytes
  }
}

function headIn(bytes: Uint8Array) {
  try {
    return headSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch (cause) {
    throw malformed(cause)
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function malformed(cause?: unknown): SubletError {
  return new SubletError('provider.unreachable', 'The provider sent a log that is not understood.', {
    hint: 'It may speak another version of the protocol; choose another provider.',
    cause,
  })
}
