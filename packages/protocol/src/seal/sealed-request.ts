import { sha256 } from '@noble/hashes/sha256'
import { bytesToHex, concatBytes } from 'viem/utils'
import type { SignedSessionGrant } from '../session/session.ts'
import type { Address, Hex } from '../units/units.ts'
import { type ByteReader, readBytes } from './byte-reader.ts'
import { invalid, openBody, sealBody, whole } from './frames.ts'
import {
  decapsulate,
  encapsulate,
  encapsulatedKeyBytes,
  platformRandom,
  type RandomBytes,
  type SharedSecrets,
} from './keys.ts'
import { checkHead, type HeadChecks, signHead } from './request-head.ts'
import { type OpenedResponse, openResponse, type ResponseToSeal, sealResponse } from './sealed-response.ts'

/** The first byte of a sealed request. */
const version = 1

export type SealBody = AsyncIterable<Uint8Array> | Uint8Array

export interface SealRequestOptions {
  /** The provider's X25519 public key, from the registry. */
  recipient: Hex
  provider: Address
  session: { grant: SignedSessionGrant; privateKey: Hex }
  method: string
  /** Begins with `/`, percent-encoded, with its query. */
  path: string
  body?: SealBody | undefined
  /** The sender's clock, milliseconds since 1970. */
  nowMs: number
  randomBytes?: RandomBytes | undefined
}

export interface SealedRequest {
  /** What travels; to be read once. */
  body: AsyncIterable<Uint8Array>
  /** Opens the answer's bytes. May be called before `body` is read to its end: both directions run at once. */
  openResponse(stream: AsyncIterable<Uint8Array>): Promise<OpenedResponse>
}

/** Seals a request to a provider. Throws `seal.invalid` when the recipient is no key, `request.invalid` on an odd path. */
export async function sealRequest(options: SealRequestOptions): Promise<SealedRequest> {
  const { recipient, provider, session, method, path, body, nowMs, randomBytes = platformRandom } = options
  const secrets = await encapsulate(recipient, provider, randomBytes)
  const head = await signHead(
    {
      method,
      path,
      provider: provider.toLowerCase() as Address,
      timeMs: nowMs,
      nonce: bytesToHex(randomBytes(16)),
      ...(body instanceof Uint8Array ? { bodyHash: bytesToHex(sha256(body)) } : {}),
    },
    secrets.encapsulatedKey,
    session,
  )
  return {
    body: sealAll(secrets, head, body),
    openResponse: (stream) => openResponse(secrets, stream),
  }
}

async function* sealAll(secrets: SharedSecrets, head: Uint8Array, body: SealBody | undefined) {
  const cipher = await secrets.request()
  yield concatBytes([Uint8Array.of(version), secrets.encapsulatedKey, await cipher.seal('head', head)])
  yield* sealBody(cipher, body)
}

export interface OpenSealedRequestOptions extends HeadChecks {
  /** The provider's X25519 private key. */
  privateKey: Hex
  stream: AsyncIterable<Uint8Array>
  randomBytes?: RandomBytes | undefined
}

export interface OpenedRequest {
  tenant: Address
  method: string
  path: string
  /** Throws `seal.invalid` while it is read when anything is wrong; what came before is genuine, but not whole. */
  body: AsyncIterable<Uint8Array>
  /** What travels back; to be called once. May be read before `body` is at its end. */
  sealResponse(response: ResponseToSeal): AsyncIterable<Uint8Array>
}

/**
 * Opens a tenant's sealed request as soon as its head is there. Throws `seal.invalid` (not sealed to this key, altered, cut
 * off), `auth.refused` (meant for another provider), `session.expired` (grant over, or clocks over 60 s apart),
 * `signature.invalid`, `session.replayed`.
 */
export async function openSealedRequest(options: OpenSealedRequestOptions): Promise<OpenedRequest> {
  const { privateKey, stream, provider, randomBytes = platformRandom } = options
  const reader = readBytes(stream)
  try {
    const [found] = await whole(reader, 1)
    if (found !== version)
      throw invalid(`The sealed message has version ${found}; this provider speaks ${version}.`)
    const encapsulatedKey = (await whole(reader, encapsulatedKeyBytes)).slice()
    const secrets = await decapsulate(privateKey, provider, encapsulatedKey)
    const cipher = await secrets.request()
    const first = await cipher.open(reader)
    if (first.kind !== 'head') throw invalid('The sealed message does not begin with its head.')
    const { head, grant } = await checkHead(first.plain, encapsulatedKey, options)
    const body = openBody(cipher, reader)
    return {
      tenant: grant.tenant,
      method: head.method,
      path: head.path,
      body: head.bodyHash === undefined ? body : hashed(body, head.bodyHash),
      sealResponse: (response) => sealResponse(secrets, response, randomBytes),
    }
  } catch (error) {
    await giveUp(reader)
    throw error
  }
}

/** The reason for giving up is what the caller shall hear, not how the stream took it. */
async function giveUp(reader: ByteReader): Promise<void> {
  await reader.cancel().catch(() => {})
}

async function* hashed(body: AsyncIterable<Uint8Array>, expected: Hex): AsyncGenerator<Uint8Array> {
  const hash = sha256.create()
  for await (const chunk of body) {
    hash.update(chunk)
    yield chunk
  }
  if (bytesToHex(hash.digest()) !== expected) throw invalid('The body is not the one that was signed.')
}
