import { type EndReason, isPaidByVouchers, type LeaseStatus, leaseIdOf } from '@sublet/protocol'
import type { Settlement } from '@sublet/sdk'
import type { DeploymentParts } from './parts.ts'
import type { Offer } from './state.ts'

/**
 * Sees to it that the chain agrees that a lease is over. `closed` is for a lease that the provider says it closed or
 * never opened; `forbidden` for one whose provider cannot be asked: what was not opened yet never will be.
 */
export async function settleOnChain(
  { chain }: Pick<DeploymentParts, 'chain'>,
  { agreement }: Offer,
  wanted: 'closed' | 'forbidden',
): Promise<Settlement | undefined> {
  // The escrow refuses to open such a one, whoever sends it.
  if (isPaidByVouchers(agreement)) return undefined
  const leaseId = leaseIdOf(agreement.tenant, agreement.salt)
  const { status } = await chain.lease(leaseId)
  if (status === 'closed') return chain.settlement(leaseId)
  if (status === 'cancelled') return undefined
  if (status === 'open') {
    const opening = await chain.leaseOpening(leaseId)
    return chain.closeLease(opening?.agreement ?? agreement)
  }
  const mayStillOpen = (await chain.nowSeconds()) <= agreement.startBy
  return wanted === 'forbidden' && mayStillOpen ? chain.forbidLease(agreement.salt) : undefined
}

export interface SettledFacts {
  /** What the provider said last; undefined when it never said anything. */
  status: LeaseStatus | undefined
  offer: Offer
  settlement: Settlement | undefined
  nowMs: number
  endReason?: EndReason | undefined
}

/** The last status of a lease, with what the chain says of its money. */
export function settledStatus(facts: SettledFacts): LeaseStatus {
  const { status, offer, settlement, nowMs } = facts
  const { agreement } = offer
  const known: LeaseStatus = status ?? {
    leaseId: leaseIdOf(agreement.tenant, agreement.salt),
    tenant: agreement.tenant,
    provider: agreement.provider,
    deployment: '',
    phase: 'lapsed',
    message: 'The lease never opened.',
    ratePerHour: agreement.ratePerHour,
    deposit: agreement.deposit,
    services: [],
    endpoints: [],
    phaseAtMs: {},
  }
  const endReason = status?.endReason ?? facts.endReason ?? 'tenant-closed'
  if (settlement === undefined) {
    const over = known.phase === 'closed' || known.phase === 'lapsed'
    if (!over && known.openedAt !== undefined && isPaidByVouchers(agreement)) {
      const message = 'Closed without the provider’s answer; no further voucher is signed.'
      return {
        ...known,
        phase: 'closed',
        endReason,
        message,
        phaseAtMs: { ...known.phaseAtMs, closed: nowMs },
      }
    }
    return over
      ? known
      : { ...known, phase: 'lapsed', endReason, message: 'Closed before it opened; nothing was charged.' }
  }
  return {
    ...known,
    phase: 'closed',
    message: known.phase === 'closed' ? known.message : 'Closed and settled on chain.',
    endReason,
    phaseAtMs: { closed: nowMs, ...known.phaseAtMs },
    closeTransaction: settlement.transaction,
    paid: settlement.paid,
    refunded: settlement.refunded,
  }
}
