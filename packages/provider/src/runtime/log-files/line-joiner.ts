import { LogBlock } from '@sublet/protocol'

export type OutputStream = 'stdout' | 'stderr'

/** Longest line kept whole; the rest of it becomes lines of its own. */
const mostLineBytes = 256 * 1024
const newline = 0x0a
const carriageReturn = 0x0d

/** Some bytes of output that came together: a line, or a piece of a long one. They lie in a buffer that goes on. */
export interface Piece {
  stream: OutputStream
  atMs: number
  buffer: Buffer
  start: number
  /** Without the newline. */
  end: number
  /** A newline followed. */
  isWhole: boolean
}

export interface LineJoinerOptions {
  /** A shorter piece without a newline is the last of its run: nothing of a later run belongs to the same line. */
  leastPieceBytes?: number
  /** So many lines are left out first. */
  skip?: number
  /** Pieces before this are left out. */
  sinceMs?: number
}

interface Unfinished {
  atMs: number
  pieces: Buffer[]
  bytes: number
}

export interface LineJoiner {
  add(piece: Piece): void
  /** Lines that are whole since the last call; undefined when there are none. */
  take(): LogBlock | undefined
  /** Nothing more comes: what was begun are lines as well. */
  finish(): void
}

/** Makes lines of pieces, of each stream by itself. */
export function createLineJoiner(options: LineJoinerOptions = {}): LineJoiner {
  const { leastPieceBytes = 0, sinceMs = Number.NEGATIVE_INFINITY } = options
  let skip = options.skip ?? 0
  const unfinished = new Map<OutputStream, Unfinished>()
  const block = createBlockBuilder()

  function addLine(stream: OutputStream, atMs: number, from: Buffer, start: number, end: number): void {
    if (skip > 0) {
      skip -= 1
      return
    }
    const isReturned = end > start && from[end - 1] === carriageReturn
    block.add(stream, atMs, from, start, isReturned ? end - 1 : end)
  }

  function addJoined(stream: OutputStream, { atMs, pieces }: Unfinished): void {
    const whole = Buffer.concat(pieces)
    addLine(stream, atMs, whole, 0, whole.length)
  }

  return {
    add({ stream, atMs, buffer, start, end, isWhole }) {
      const bytes = end - start
      const isLast = isWhole || bytes < leastPieceBytes
      if (atMs < sinceMs) {
        if (isLast && skip > 0) skip -= 1
        return
      }
      const begun = unfinished.get(stream)
      if (isLast && begun === undefined) {
        addLine(stream, atMs, buffer, start, end)
        return
      }
      const partial = begun ?? { atMs, pieces: [], bytes: 0 }
      // A piece that waits must own its bytes.
      partial.pieces.push(Buffer.from(buffer.subarray(start, end)))
      partial.bytes += bytes
      if (!isLast && partial.bytes < mostLineBytes) {
        unfinished.set(stream, partial)
        return
      }
      unfinished.delete(stream)
      addJoined(stream, partial)
    },
    take: block.take,
    finish() {
      for (const [stream, partial] of unfinished) addJoined(stream, partial)
      unfinished.clear()
    },
  }
}

/** More makes room for itself. */
const firstLines = 32
const firstBytes = 4 * 1024

function createBlockBuilder() {
  let text: Buffer = Buffer.alloc(0)
  let atMs = new Float64Array(0)
  let streams = new Uint8Array(0)
  let bytes = 0
  let count = 0
  /** Much is followed by much, and little by little. */
  let likelyBytes = firstBytes
  let likelyLines = firstLines

  function makeRoom(lineBytes: number): void {
    if (bytes + lineBytes > text.length)
      text = grown(text, bytes, Buffer.allocUnsafeSlow(Math.max(likelyBytes, 2 * (bytes + lineBytes))))
    if (count < atMs.length) return
    const lines = Math.max(likelyLines, 2 * count)
    atMs = grown(atMs, count, new Float64Array(lines))
    streams = grown(streams, count, new Uint8Array(lines))
  }

  return {
    /** A line whose text lies in a buffer, without its newline. */
    add(stream: OutputStream, stampMs: number, from: Buffer, start: number, end: number): void {
      makeRoom(end - start + 1)
      from.copy(text, bytes, start, end)
      bytes += end - start
      text[bytes] = newline
      bytes += 1
      atMs[count] = stampMs
      streams[count] = stream === 'stderr' ? 1 : 0
      count += 1
    },
    take(): LogBlock | undefined {
      if (count === 0) return undefined
      const block = new LogBlock(atMs.subarray(0, count), streams.subarray(0, count), text.subarray(0, bytes))
      likelyBytes = withMargin(bytes, firstBytes)
      likelyLines = withMargin(count, firstLines)
      text = Buffer.alloc(0)
      atMs = new Float64Array(0)
      streams = new Uint8Array(0)
      bytes = 0
      count = 0
      return block
    },
  }
}

function withMargin(used: number, least: number): number {
  return Math.max(least, Math.ceil(used * 1.1))
}

function grown<T extends Uint8Array | Float64Array>(from: T, used: number, to: T): T {
  to.set(from.subarray(0, used))
  return to
}
