import { type EscrowDomain, type SignedSessionGrant, SubletError, sessionTypedData } from '@sublet/protocol'
import type { LeaseChain } from '../chain/lease-chain.ts'
import type { SessionRuns } from '../journal/session-runs.ts'

const mostRemembered = 10_000

/**
 * Whether a wallet stands behind a session, remembered for each session: checking a wallet's signature takes longer than all the
 * rest of a request, and a contract's takes a call to the chain.
 *
 * Throws `session.expired` for a key that spoke to an earlier run of this provider: the nonces that it used then are
 * forgotten, so what it sealed could be sent again. Clients make a new session and go on.
 */
export function createGrantCheck(
  chain: Pick<LeaseChain, 'isSignedBy'>,
  domain: EscrowDomain,
  runs: Pick<SessionRuns, 'belongsHere'>,
): (grant: SignedSessionGrant) => Promise<boolean> {
  const known = new Map<string, boolean>()
  return async (signed) => {
    const { grant, signature } = signed
    const key = `${grant.tenant}${grant.sessionKey}${grant.audience}${grant.expiresAt}${signature}`
    const before = known.get(key)
    if (before !== undefined) return before
    const valid = await chain.isSignedBy(grant.tenant, sessionTypedData(grant, domain), signature)
    if (valid && !(await runs.belongsHere(grant.sessionKey, grant.expiresAt * 1000))) {
      throw new SubletError('session.expired', 'The provider was started anew since this session began.', {
        hint: 'Have the wallet sign a new session.',
      })
    }
    if (known.size >= mostRemembered) known.delete(known.keys().next().value ?? '')
    known.set(key, valid)
    return valid
  }
}
