import { outputLines } from '../runtime/docker/output-lines.ts'
import type { LogRequest, Runtime } from '../runtime/runtime.ts'

const chunkBytes = 64 * 1024
const lineBytes = 200

/** Output that is there as fast as it is read, in the engine's own format. */
export interface EndlessOutput {
  /** Bytes of text, line ends counted, that were handed out so far. */
  producedBytes(): number
  /** The runtime with this in place of its instances' output. */
  instead(of: Runtime): Runtime
}

/**
 * `totalBytes` of text in lines of 200 bytes, endless when it is not given. The first line of every piece of some 64 KiB
 * begins with the piece's number, from 0. Whoever asks for the last lines gets none.
 */
export function endlessOutput(totalBytes = Number.POSITIVE_INFINITY): EndlessOutput {
  let produced = 0

  async function* chunks(signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
    let sent = 0
    for (let number = 0; sent < totalBytes && !signal?.aborted; number += 1) {
      const chunk = Buffer.from(template)
      chunk.write(String(number).padStart(numberDigits, '0'), textAt, 'latin1')
      sent += linesPerChunk * lineBytes
      produced += linesPerChunk * lineBytes
      yield chunk
    }
  }

  return {
    producedBytes: () => produced,
    instead: (runtime) => ({
      ...runtime,
      async *logs(_id: string, { signal, tail }: LogRequest) {
        if (tail === undefined) yield* outputLines(chunks(signal))
      },
    }),
  }
}

const numberDigits = 12
const stamp = '2026-11-22T14:08:22.123456789Z '
const headerBytes = 8
const textAt = headerBytes + stamp.length
const frame = Buffer.alloc(textAt + lineBytes)
frame[0] = 1
frame.writeUInt32BE(frame.length - headerBytes, 4)
frame.write(`${stamp}${'x'.repeat(lineBytes - 1)}\n`, headerBytes, 'latin1')
const linesPerChunk = Math.floor(chunkBytes / frame.length)
const template = Buffer.concat(Array.from({ length: linesPerChunk }, () => frame))
