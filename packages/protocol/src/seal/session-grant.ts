import { ed25519 } from '@noble/curves/ed25519'
import { bytesToHex, verifyTypedData } from 'viem/utils'
import type { EscrowDomain } from '../agreement/agreement.ts'
import { type SessionGrant, type SignedSessionGrant, sessionTypedData } from '../session/session.ts'
import type { Address, Hex } from '../units/units.ts'
import { platformRandom, type RandomBytes } from './keys.ts'

/** A key that speaks for a wallet to one provider for a while. */
export interface Session {
  grant: SignedSessionGrant
  /** Ed25519. */
  privateKey: Hex
}

/** Makes a session key and has the wallet sign for it. `expiresAt` is in unix seconds. */
export async function createSession({
  tenant,
  audience,
  expiresAt,
  domain,
  signTypedData,
  randomBytes = platformRandom,
}: {
  tenant: Address
  audience: Address
  expiresAt: number
  domain: EscrowDomain
  /** A viem account's own `signTypedData` fits. */
  signTypedData: (typedData: ReturnType<typeof sessionTypedData>) => Promise<Hex>
  randomBytes?: RandomBytes | undefined
}): Promise<Session> {
  const privateKey = randomBytes(32)
  const grant: SessionGrant = {
    tenant: tenant.toLowerCase() as Address,
    sessionKey: bytesToHex(ed25519.getPublicKey(privateKey)),
    audience: audience.toLowerCase() as Address,
    expiresAt,
  }
  const signature = await signTypedData(sessionTypedData(grant, domain))
  return { grant: { grant, signature }, privateKey: bytesToHex(privateKey) }
}

/** Whether a wallet's own key signed the grant. Smart accounts (EIP-1271) need the chain: ask a client's `verifyTypedData`. */
export async function verifySessionGrant(
  { grant, signature }: SignedSessionGrant,
  domain: EscrowDomain,
): Promise<boolean> {
  try {
    return await verifyTypedData({ address: grant.tenant, signature, ...sessionTypedData(grant, domain) })
  } catch {
    // Not the bytes of a signature at all.
    return false
  }
}
