import { type EscrowDomain, type SignedSessionGrant, sessionTypedData } from '@sublet/protocol'
import type { LeaseChain } from '../chain/lease-chain.ts'

const mostRemembered = 10_000

/**
 * Whether a wallet stands behind a session, remembered for each session: checking a wallet's signature takes longer than all the
 * rest of a request, and a contract's takes a call to the chain.
 */
export function createGrantCheck(
  chain: Pick<LeaseChain, 'isSignedBy'>,
  domain: EscrowDomain,
): (grant: SignedSessionGrant) => Promise<boolean> {
  const known = new Map<string, boolean>()
  return async (signed) => {
    const { grant, signature } = signed
    const key = `${grant.tenant}${grant.sessionKey}${grant.audience}${grant.expiresAt}${signature}`
    const before = known.get(key)
    if (before !== undefined) return before
    const valid = await chain.isSignedBy(grant.tenant, sessionTypedData(grant, domain), signature)
    if (known.size >= mostRemembered) known.delete(known.keys().next().value ?? '')
    known.set(key, valid)
    return valid
  }
}
