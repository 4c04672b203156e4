import { z } from 'zod'

/** Kinds of frame in an exec stream; a frame is one kind byte, a 4-byte big-endian length, and the bytes. */
export const execFrameKinds = { stdin: 0, stdout: 1, stderr: 2, resize: 3, exit: 4, stdinEnd: 5 } as const
export type ExecFrameKind = keyof typeof execFrameKinds

export interface ExecFrame {
  kind: ExecFrameKind
  bytes: Uint8Array
}

/** JSON in the bytes of a `resize` frame. */
export const resizeSchema = z.strictObject({
  columns: z.int().min(1).max(1000),
  rows: z.int().min(1).max(1000),
})
/** JSON in the bytes of an `exit` frame. */
export const exitSchema = z.strictObject({ exitCode: z.int() })

const kindsByNumber = Object.fromEntries(
  Object.entries(execFrameKinds).map(([kind, number]) => [number, kind as ExecFrameKind]),
)

export function encodeExecFrame(kind: ExecFrameKind, bytes: Uint8Array = new Uint8Array()): Uint8Array {
  const frame = new Uint8Array(5 + bytes.length)
  frame[0] = execFrameKinds[kind]
  new DataView(frame.buffer).setUint32(1, bytes.length)
  frame.set(bytes, 5)
  return frame
}

const maxFrameBytes = 1024 * 1024

/** Cuts a byte stream into frames. Throws RangeError on an unknown kind or a frame over 1 MiB. */
export async function* decodeExecFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ExecFrame> {
  let buffer = new Uint8Array()
  for await (const chunk of chunks) {
    const joined = new Uint8Array(buffer.length + chunk.length)
    joined.set(buffer)
    joined.set(chunk, buffer.length)
    buffer = joined
    while (buffer.length >= 5) {
      const kind = kindsByNumber[buffer[0] ?? -1]
      const length = new DataView(buffer.buffer, buffer.byteOffset).getUint32(1)
      if (kind === undefined || length > maxFrameBytes) throw new RangeError('malformed exec frame')
      if (buffer.length < 5 + length) break
      yield { kind, bytes: buffer.slice(5, 5 + length) }
      buffer = buffer.slice(5 + length)
    }
  }
}
