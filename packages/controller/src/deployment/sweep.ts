import type { OpenOffer } from './journal.ts'
import type { DeploymentParts } from './parts.ts'

export interface OfferFacts {
  /** Whether a group looks after this lease. */
  followed: boolean
  chainStatus: 'none' | 'open' | 'closed' | 'cancelled'
  /** Unix seconds past which the lease cannot open. */
  startBy: number
  nowSeconds: number
}

/** What to do about a signed agreement: it is remembered until no lease can come of it that nobody looks after. */
export function decideSweep({
  followed,
  chainStatus,
  startBy,
  nowSeconds,
}: OfferFacts): 'keep' | 'close' | 'drop' {
  if (chainStatus === 'closed' || chainStatus === 'cancelled') return 'drop'
  if (chainStatus === 'open') return followed ? 'keep' : 'close'
  return nowSeconds > startBy ? 'drop' : 'keep'
}

/** Looks at every agreement that was signed away, and closes leases that were opened behind the tenant's back. */
export async function sweepOffers(
  parts: Pick<DeploymentParts, 'chain' | 'journal' | 'log'>,
  isFollowed: (offer: OpenOffer) => boolean,
): Promise<void> {
  const offers = await parts.journal.openOffers()
  if (offers.length === 0) return
  const nowSeconds = await parts.chain.nowSeconds()
  for (const offer of offers) {
    const { leaseId, agreement } = offer
    const { status } = await parts.chain.lease(leaseId)
    const facts = { followed: isFollowed(offer), chainStatus: status, startBy: agreement.startBy, nowSeconds }
    const decision = decideSweep(facts)
    if (decision === 'keep') continue
    if (decision === 'close') {
      parts.log.warn({ leaseId, provider: offer.provider }, 'closing a lease that nobody wants')
      const opening = await parts.chain.leaseOpening(leaseId)
      await parts.chain.closeLease(opening?.agreement ?? agreement)
    }
    await parts.journal.dropOffer(offer)
  }
}
