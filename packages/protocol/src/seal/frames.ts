import { SubletError } from '../errors/sublet-error.ts'
import { createAead, tagBytes } from './aead.ts'
import type { ByteReader } from './byte-reader.ts'

/** Most plain bytes in one frame. */
export const maxFrameBytes = 64 * 1024
/** One byte of kind, four of length. */
const headerBytes = 5

/** `end` is the last of a stream, so that one that was cut off is told from a whole one. */
const kinds = { head: 0, data: 1, end: 2 } as const
export type FrameKind = keyof typeof kinds
const kindNames = Object.keys(kinds) as FrameKind[]

/** Key and state of one direction. Each frame has its own nonce: the base with the frame's number mixed in. */
export interface FrameCipher {
  seal(kind: FrameKind, plain: Uint8Array): Promise<Uint8Array>
  /** The next frame. Throws `seal.invalid` when it is cut off, altered, out of order or too large. */
  open(reader: ByteReader): Promise<{ kind: FrameKind; plain: Uint8Array }>
}

/** `key` has 32 bytes, `baseNonce` 12. One cipher serves one direction of one message, once. */
export async function createFrameCipher(key: Uint8Array, baseNonce: Uint8Array): Promise<FrameCipher> {
  const aead = await createAead(key)
  let number = 0

  function nextNonce(): Uint8Array {
    const iv = baseNonce.slice()
    const view = new DataView(iv.buffer)
    // Safe integers have 53 bits; a stream of so many frames is beyond any that can be.
    view.setUint32(4, view.getUint32(4) ^ Math.floor(number / 2 ** 32))
    view.setUint32(8, view.getUint32(8) ^ (number >>> 0))
    number++
    return iv
  }
  return {
    async seal(kind, plain) {
      if (plain.length > maxFrameBytes) throw new RangeError(`a frame holds at most ${maxFrameBytes} bytes`)
      const header = new Uint8Array(headerBytes)
      header[0] = kinds[kind]
      new DataView(header.buffer).setUint32(1, plain.length + tagBytes)
      return aead.seal(nextNonce(), header, plain)
    },
    async open(reader) {
      const header = await whole(reader, headerBytes)
      const kind = kindNames[header[0] ?? -1]
      const length = new DataView(header.buffer, header.byteOffset).getUint32(1)
      if (kind === undefined || length < tagBytes || length > maxFrameBytes + tagBytes) {
        throw invalid('A frame of the sealed message is malformed or too large.')
      }
      const sealed = await whole(reader, length)
      try {
        return { kind, plain: await aead.open(nextNonce(), header, sealed) }
      } catch (cause) {
        throw invalid('The sealed message was altered, or was sealed to another key.', cause)
      }
    },
  }
}

export function invalid(message: string, cause?: unknown): SubletError {
  return new SubletError('seal.invalid', message, {
    hint: 'Seal again to the key that the registry names for this provider, and send every byte.',
    ...(cause === undefined ? {} : { cause }),
  })
}

/** What came was genuine, but it ends too early. */
function cutOff(cause: unknown): SubletError {
  return new SubletError('seal.invalid', 'The sealed message was cut off.', {
    hint: 'Ask again: the way to the other side was cut.',
    details: { cutOff: true },
    cause,
  })
}

/** So many bytes, or `seal.invalid` when the stream ends before. */
export async function whole(reader: ByteReader, length: number): Promise<Uint8Array> {
  const bytes = await reader.read(length).catch((cause: unknown) => {
    throw cause instanceof RangeError ? cutOff(cause) : cause
  })
  if (bytes === undefined) throw cutOff(undefined)
  return bytes
}

/** Seals a body: each chunk at once, cut to frames; then the end. */
export async function* sealBody(
  cipher: FrameCipher,
  body: AsyncIterable<Uint8Array> | Uint8Array | undefined,
): AsyncGenerator<Uint8Array> {
  const chunks = body === undefined ? [] : body instanceof Uint8Array ? [body] : body
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += maxFrameBytes) {
      yield await cipher.seal('data', chunk.subarray(at, at + maxFrameBytes))
    }
  }
  yield await cipher.seal('end', new Uint8Array())
}

/** The plain body, to its authenticated end. Throws `seal.invalid` as soon as anything is wrong; what came before is genuine. */
export async function* openBody(cipher: FrameCipher, reader: ByteReader): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      const { kind, plain } = await cipher.open(reader)
      if (kind === 'data') yield plain
      else if (kind === 'end' && plain.length === 0) break
      else throw invalid('The sealed message has a frame where none may be.')
    }
    if ((await reader.read(1)) !== undefined)
      throw invalid('Something follows the end of the sealed message.')
  } finally {
    await reader.cancel()
  }
}
