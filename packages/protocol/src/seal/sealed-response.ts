import { concatBytes, stringToBytes } from 'viem/utils'
import { z } from 'zod'
import { readBytes } from './byte-reader.ts'
import { invalid, openBody, sealBody, whole } from './frames.ts'
import { type RandomBytes, responseSaltBytes, type SharedSecrets } from './keys.ts'

const responseHeadSchema = z.strictObject({
  status: z.int().min(100).max(599),
  headers: z.record(z.string(), z.string()),
})

export interface ResponseToSeal {
  /** As in HTTP. */
  status: number
  headers?: Record<string, string> | undefined
  body?: AsyncIterable<Uint8Array> | Uint8Array | undefined
}

export interface OpenedResponse {
  status: number
  headers: Record<string, string>
  /** Throws `seal.invalid` while it is read when anything is wrong; what came before is genuine, but not whole. */
  body: AsyncIterable<Uint8Array>
}

/** The answer as it travels: a salt, its head, its body. */
export async function* sealResponse(
  secrets: SharedSecrets,
  { status, headers = {}, body }: ResponseToSeal,
  randomBytes: RandomBytes,
): AsyncGenerator<Uint8Array> {
  const salt = randomBytes(responseSaltBytes)
  const cipher = await secrets.response(salt)
  const head = JSON.stringify(responseHeadSchema.parse({ status, headers }))
  yield concatBytes([salt, await cipher.seal('head', stringToBytes(head))])
  yield* sealBody(cipher, body)
}

/** Opens an answer as soon as its head is there. Throws `seal.invalid`. */
export async function openResponse(
  secrets: SharedSecrets,
  stream: AsyncIterable<Uint8Array>,
): Promise<OpenedResponse> {
  const reader = readBytes(stream)
  try {
    const cipher = await secrets.response((await whole(reader, responseSaltBytes)).slice())
    const { kind, plain } = await cipher.open(reader)
    if (kind !== 'head') throw invalid('The sealed answer does not begin with its head.')
    return { ...parseHead(plain), body: openBody(cipher, reader) }
  } catch (error) {
    await reader.cancel().catch(() => {})
    throw error
  }
}

function parseHead(plain: Uint8Array) {
  try {
    return responseHeadSchema.parse(JSON.parse(new TextDecoder().decode(plain)))
  } catch (cause) {
    throw invalid('The sealed answer has no readable head.', cause)
  }
}
