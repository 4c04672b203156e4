import { SubletError } from '@sublet/protocol'
import type { RuntimeLogLine } from '../runtime.ts'

/** One piece of a container's output, as Docker multiplexes it: 1 is stdout, 2 stderr; 8 bytes of header each. */
export interface OutputFrame {
  stream: 'stdout' | 'stderr'
  bytes: Buffer
}

const headerBytes = 8

/** Cuts Docker's multiplexed stream into frames without copying whole ones. */
export async function* outputFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<OutputFrame[]> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const frames: OutputFrame[] = []
    let at = 0
    while (buffer.length - at >= headerBytes) {
      const kind = buffer[at]
      if (kind !== 1 && kind !== 2 && kind !== 0) {
        throw new SubletError('runtime.failed', 'The container engine sent a malformed output stream.')
      }
      const end = at + headerBytes + buffer.readUInt32BE(at + 4)
      if (end > buffer.length) break
      frames.push({ stream: kind === 2 ? 'stderr' : 'stdout', bytes: buffer.subarray(at + headerBytes, end) })
      at = end
    }
    rest = buffer.subarray(at)
    if (frames.length > 0) yield frames
  }
}

/** Longest line kept whole; the rest of it becomes lines of its own. */
const mostLineBytes = 256 * 1024
const newline = 0x0a
const space = 0x20

interface Partial {
  atMs: number
  pieces: Buffer[]
  bytes: number
}

/** Turns frames of `timestamps=true` logs into lines. A frame without a newline is a piece of a long line. */
export function createLineJoiner(): (frame: OutputFrame) => RuntimeLogLine | undefined {
  const partials = new Map<string, Partial>()
  return ({ stream, bytes }) => {
    const gap = bytes.indexOf(space)
    const stamp = gap < 0 ? '' : bytes.toString('latin1', 0, gap)
    const whole = bytes[bytes.length - 1] === newline
    const text = bytes.subarray(gap + 1, whole ? bytes.length - 1 : bytes.length)
    const started = partials.get(stream)
    if (whole && started === undefined) {
      return { stream, atMs: parseStamp(stamp), text: withoutReturn(text.toString('utf8')) }
    }
    const partial = started ?? { atMs: parseStamp(stamp), pieces: [], bytes: 0 }
    // The bytes belong to a buffer that goes on; a piece that waits must own its own.
    partial.pieces.push(Buffer.from(text))
    partial.bytes += text.length
    if (!whole && partial.bytes < mostLineBytes) {
      partials.set(stream, partial)
      return undefined
    }
    partials.delete(stream)
    return { stream, atMs: partial.atMs, text: withoutReturn(Buffer.concat(partial.pieces).toString('utf8')) }
  }
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text
}

/** RFC 3339 with nanoseconds, in UTC, to milliseconds with a fraction. */
export function parseStamp(stamp: string): number {
  const dot = stamp.indexOf('.')
  if (dot < 0) return Date.parse(stamp)
  const end = stamp.search(/[Z+-]\d*:?\d*$/)
  const zone = end < dot ? 'Z' : stamp.slice(end)
  const fraction = Number(`0.${stamp.slice(dot + 1, end < dot ? undefined : end)}`)
  return Date.parse(`${stamp.slice(0, dot)}${zone}`) + Math.round(fraction * 1e6) / 1e3
}
