import { SubletError } from '@sublet/protocol'
import type { OutputStream } from '../log-files/line-joiner.ts'

/** One piece of a container's output, as Docker multiplexes it: 1 is stdout, 2 stderr; 8 bytes of header each. */
export interface OutputFrame {
  stream: OutputStream
  bytes: Buffer
}

const headerBytes = 8

/** Told where in `buffer` the bytes of a whole frame lie. */
export type FrameTaker = (stream: OutputStream, buffer: Buffer, start: number, end: number) => void

/**
 * Finds the frames in a stream that comes in chunks of any size; what is left of a chunk waits for the next. Throws
 * `runtime.failed` for anything else.
 */
export function frameCutter(): (chunk: Buffer, take: FrameTaker) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk, take) => {
    const buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    while (buffer.length - at >= headerBytes) {
      const kind = buffer[at]
      if (kind !== 1 && kind !== 2 && kind !== 0) {
        throw new SubletError('runtime.failed', 'The container engine sent a malformed output stream.')
      }
      const end = at + headerBytes + buffer.readUInt32BE(at + 4)
      if (end > buffer.length) break
      take(kind === 2 ? 'stderr' : 'stdout', buffer, at + headerBytes, end)
      at = end
    }
    rest = buffer.subarray(at)
  }
}

/** The same as objects, for output that comes seldom. */
export async function* outputFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<OutputFrame[]> {
  const cut = frameCutter()
  for await (const chunk of chunks) {
    const frames: OutputFrame[] = []
    cut(chunk, (stream, buffer, start, end) => {
      frames.push({ stream, bytes: buffer.subarray(start, end) })
    })
    if (frames.length > 0) yield frames
  }
}
