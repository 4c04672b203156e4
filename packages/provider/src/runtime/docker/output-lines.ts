import { LogBlock } from '@sublet/protocol'
import { frameCutter, type OutputStream } from './output-frames.ts'

/** Longest line kept whole; the rest of it becomes lines of its own. */
const mostLineBytes = 256 * 1024
const newline = 0x0a
const carriageReturn = 0x0d
const space = 0x20
const zero = 0x30
const dot = 0x2e

interface Unfinished {
  atMs: number
  pieces: Buffer[]
  bytes: number
}

/**
 * Cuts the multiplexed stream of a `timestamps=true` log into lines, as many at a time as a chunk brings. Works on the
 * chunk's bytes: an object for each frame or line would cost more than all the rest.
 */
export async function* outputLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<LogBlock> {
  const cut = frameCutter()
  const stampOf = stampReader()
  const unfinished = new Map<OutputStream, Unfinished>()
  for await (const chunk of chunks) {
    const block = blockBuilder(chunk.length)
    cut(chunk, (stream, buffer, start, end) => take(block, { stream, buffer, start, end }))
    const built = block.build()
    if (built.count > 0) yield built
  }

  /** A frame without a newline is a piece of a long line; each piece has a stamp of its own. */
  function take(block: BlockBuilder, { stream, buffer, start, end }: Frame): void {
    const gap = gapIn(buffer, start, end)
    const textStart = gap + 1
    const isWhole = buffer[end - 1] === newline
    const textEnd = isWhole ? end - 1 : end
    const begun = unfinished.get(stream)
    if (isWhole && begun === undefined) {
      block.add(
        stream,
        stampOf(buffer, start, gap),
        buffer,
        textStart,
        withoutReturn(buffer, textStart, textEnd),
      )
      return
    }
    const partial = begun ?? { atMs: stampOf(buffer, start, gap), pieces: [], bytes: 0 }
    // The bytes belong to a buffer that goes on; a piece that waits must own its own.
    partial.pieces.push(Buffer.from(buffer.subarray(textStart, textEnd)))
    partial.bytes += textEnd - textStart
    if (!isWhole && partial.bytes < mostLineBytes) {
      unfinished.set(stream, partial)
      return
    }
    unfinished.delete(stream)
    const whole = Buffer.concat(partial.pieces)
    block.add(stream, partial.atMs, whole, 0, withoutReturn(whole, 0, whole.length))
  }
}

interface Frame {
  stream: OutputStream
  buffer: Buffer
  start: number
  end: number
}

interface BlockBuilder {
  /** A line whose text lies in a buffer, without its newline. */
  add(stream: OutputStream, atMs: number, from: Buffer, start: number, end: number): void
  build(): LogBlock
}

/** As many lines as a chunk usually has; more make room for themselves. */
const firstLines = 512

function blockBuilder(chunkBytes: number): BlockBuilder {
  let text = Buffer.allocUnsafe(chunkBytes)
  let atMs = new Float64Array(firstLines)
  let streams = new Uint8Array(firstLines)
  let bytes = 0
  let count = 0

  function makeRoom(lineBytes: number): void {
    if (bytes + lineBytes > text.length)
      text = grown(text, bytes, Buffer.allocUnsafe(2 * (bytes + lineBytes)))
    if (count < atMs.length) return
    atMs = grown(atMs, count, new Float64Array(2 * count))
    streams = grown(streams, count, new Uint8Array(2 * count))
  }

  return {
    add(stream, stampMs, from, start, end) {
      makeRoom(end - start + 1)
      from.copy(text, bytes, start, end)
      bytes += end - start
      text[bytes] = newline
      bytes += 1
      atMs[count] = stampMs
      streams[count] = stream === 'stderr' ? 1 : 0
      count += 1
    },
    build: () => new LogBlock(atMs.subarray(0, count), streams.subarray(0, count), text.subarray(0, bytes)),
  }
}

function grown<T extends Uint8Array | Float64Array>(from: T, used: number, to: T): T {
  to.set(from.subarray(0, used))
  return to
}

/** Where the stamp ends; before the text when there is none. */
function gapIn(buffer: Buffer, start: number, end: number): number {
  // A stamp of whole seconds, as Podman writes it, has its zone where the others have a dot.
  if (buffer[start + secondsBytes] === dot && buffer[start + stampBytes] === space) return start + stampBytes
  const gap = buffer.indexOf(space, start)
  return gap < 0 || gap >= end ? start - 1 : gap
}

/** Where a text ends, a carriage return before the newline left out. */
function withoutReturn(buffer: Buffer, start: number, end: number): number {
  return end > start && buffer[end - 1] === carriageReturn ? end - 1 : end
}

/** `2026-11-22T14:08:22.123456789Z`, as the engine writes it. */
const stampBytes = 30
const secondsBytes = 19
const microDigits = 6

/**
 * Reads RFC 3339 stamps with nanoseconds, to milliseconds with a fraction of three digits. Lines of one second share
 * their first nineteen bytes, so only the fraction is read for most.
 */
export function stampReader(): (buffer: Buffer, start: number, end: number) => number {
  let known = Buffer.alloc(0)
  let knownMs = 0
  return (buffer, start, end) => {
    if (end - start !== stampBytes || buffer[end - 1] !== 0x5a) {
      return parseStamp(buffer.toString('latin1', start, end))
    }
    if (!isSameSecond(known, buffer, start)) {
      known = Buffer.from(buffer.subarray(start, start + secondsBytes))
      knownMs = Date.parse(`${known.toString('latin1')}Z`)
    }
    let micros = 0
    for (let at = 0; at < microDigits; at += 1) {
      micros = micros * 10 + (buffer[start + secondsBytes + 1 + at] ?? zero) - zero
    }
    return knownMs + micros / 1000
  }
}

/** From the end, where stamps differ first. In a loop: calling out of the language costs more than nineteen bytes. */
function isSameSecond(known: Buffer, buffer: Buffer, start: number): boolean {
  if (known.length === 0) return false
  for (let at = secondsBytes - 1; at >= 0; at -= 1) if (known[at] !== buffer[start + at]) return false
  return true
}

/** RFC 3339 with nanoseconds to milliseconds with a fraction. */
export function parseStamp(stamp: string): number {
  const dot = stamp.indexOf('.')
  if (dot < 0) return Date.parse(stamp)
  const end = stamp.search(/[Z+-]\d*:?\d*$/)
  const zone = end < dot ? 'Z' : stamp.slice(end)
  const fraction = stamp.slice(dot + 1, end < dot ? undefined : end)
  const micros = Number(fraction.slice(0, microDigits).padEnd(microDigits, '0'))
  return Date.parse(`${stamp.slice(0, dot)}${zone}`) + micros / 1000
}
