import { concatBytes, stringToBytes } from 'viem/utils'
import { z } from 'zod'
import { SubletError } from '../errors/sublet-error.ts'
import { type SignedSessionGrant, signedSessionGrantSchema } from '../session/session.ts'
import { ageWords } from '../units/time-words.ts'
import { type Address, addressSchema, bytes32Schema, type Hex, hexSchema } from '../units/units.ts'
import { invalid } from './frames.ts'
import { isSignedBySession, signBySession } from './session-signature.ts'

/** How far the clocks of the two sides may differ, and for how long a request counts, in milliseconds. */
export const maxClockSkewMs = 60_000

/** What the session key signs of a request, together with the ephemeral key that its frames are sealed under. */
const requestHeadSchema = z.strictObject({
  method: z.string().regex(/^[A-Z]{1,16}$/),
  path: z.string().regex(/^\/[\x21-\x7e]{0,8191}$/),
  provider: addressSchema,
  /** Milliseconds since 1970 at the sender. */
  timeMs: z.int().positive(),
  nonce: z.string().regex(/^0x[0-9a-f]{32}$/),
  /** SHA-256 of the body where it was known beforehand; a streamed one is bound by its frames' key alone. */
  bodyHash: bytes32Schema.optional(),
})
export type RequestHead = z.output<typeof requestHeadSchema>

/** The first frame. `head` is text, so that both sides sign and check the very same bytes. */
const signedHeadSchema = z.strictObject({
  head: z.string(),
  grant: signedSessionGrantSchema,
  signature: hexSchema,
})

const signedBytes = (encapsulatedKey: Uint8Array, head: string) =>
  concatBytes([stringToBytes('sublet sealed request v1\n'), encapsulatedKey, stringToBytes(head)])

export async function signHead(
  head: RequestHead,
  encapsulatedKey: Uint8Array,
  session: { grant: SignedSessionGrant; privateKey: Hex },
): Promise<Uint8Array> {
  const parsed = requestHeadSchema.safeParse(head)
  if (!parsed.success) {
    throw new SubletError('request.invalid', `${head.method} ${head.path} cannot be sealed.`, {
      hint: 'The method is upper case; the path begins with / and has no spaces or letters beyond ASCII: use encodeURIComponent.',
      cause: parsed.error,
    })
  }
  const text = JSON.stringify(parsed.data)
  const signature = await signBySession(session.privateKey, signedBytes(encapsulatedKey, text))
  return stringToBytes(JSON.stringify({ head: text, grant: session.grant, signature }))
}

export interface HeadChecks {
  provider: Address
  nowMs: number
  /** Whether the wallet stands behind the grant. */
  verifyGrant: (grant: SignedSessionGrant) => Promise<boolean>
  /** Whether the nonce is new; it must be remembered until the given time. */
  acceptNonce: (nonce: string, expiresAtMs: number) => boolean
}

/**
 * Opens and checks the first frame: audience, times, the session key's signature, the wallet's grant, and last the
 * nonce, so that only genuine requests are remembered.
 */
export async function checkHead(
  plain: Uint8Array,
  encapsulatedKey: Uint8Array,
  { provider, nowMs, verifyGrant, acceptNonce }: HeadChecks,
): Promise<{ head: RequestHead; grant: SignedSessionGrant['grant'] }> {
  const { text, head, signed, signature } = parseHead(plain)
  const { grant } = signed
  if (head.provider !== provider.toLowerCase() || grant.audience !== provider.toLowerCase()) {
    throw new SubletError('auth.refused', 'The sealed request is meant for another provider.', {
      hint: `Make a session whose audience is ${provider}.`,
    })
  }
  if (grant.expiresAt * 1000 <= nowMs) {
    throw new SubletError('session.expired', 'The session key has expired.', {
      hint: 'Have the wallet sign a new session.',
      details: { expiresAt: grant.expiresAt },
    })
  }
  const skewMs = head.timeMs - nowMs
  if (Math.abs(skewMs) > maxClockSkewMs) {
    throw new SubletError(
      'session.expired',
      `The request's time is ${ageWords(Math.ceil(Math.abs(skewMs) / 1000) * 1000)} ${skewMs < 0 ? 'behind' : 'ahead of'} the provider's clock; ${ageWords(maxClockSkewMs)} is allowed.`,
      { hint: 'Set this machine’s clock and try again.', details: { skewMs } },
    )
  }
  if (!(await isSignedBySession(grant.sessionKey, signature, signedBytes(encapsulatedKey, text)))) {
    throw new SubletError('signature.invalid', 'The session key did not sign this request.', {
      hint: 'Sign with the key that the grant names.',
    })
  }
  if (!(await verifyGrant(signed))) {
    throw new SubletError('signature.invalid', `${grant.tenant} did not sign this session.`, {
      hint: 'Have the wallet sign the session for this chain and escrow.',
    })
  }
  if (!acceptNonce(`${grant.sessionKey}${head.nonce.slice(2)}`, head.timeMs + maxClockSkewMs)) {
    throw new SubletError('session.replayed', 'This sealed request was seen before.', {
      hint: 'Seal the request anew; the same bytes are taken only once.',
    })
  }
  return { head, grant }
}

function parseHead(plain: Uint8Array) {
  try {
    const {
      head: text,
      grant: signed,
      signature,
    } = signedHeadSchema.parse(JSON.parse(new TextDecoder().decode(plain)))
    return { text, head: requestHeadSchema.parse(JSON.parse(text)), signed, signature }
  } catch (cause) {
    throw invalid('The sealed request has no readable head.', cause)
  }
}
