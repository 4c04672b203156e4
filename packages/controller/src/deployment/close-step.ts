import { isEnded, isSubletError, type LeaseStatus } from '@sublet/protocol'
import { signSettlement } from '@sublet/sdk'
import type { StepContext } from './order-step.ts'
import { settledStatus, settleOnChain } from './settle.ts'
import type { Offer } from './state.ts'

/** Ends a lease: asks the provider, which knows the last lines; if it does not answer, the chain alone. */
export async function closeStep(context: StepContext): Promise<void> {
  const { live, name, parts } = context
  const { offer } = live.group(name)
  if (offer === undefined) {
    await live.save({ ...live.group(name), stage: 'ended', message: 'Closed before anything was rented.' })
    return
  }
  live.note({ ...live.group(name), message: 'Closing and settling.' })
  const answer = await askProvider(context, offer)
  // A provider that did not say that it is over cannot be relied on not to open it later.
  const over = answer !== undefined && isEnded(answer.phase)
  const settlement = await settleOnChain(parts, offer, over ? 'closed' : 'forbidden')
  const group = live.group(name)
  const lease = settledStatus({
    status: answer ?? group.lease,
    offer,
    settlement,
    nowMs: parts.now(),
    endReason: 'tenant-closed',
  })
  await live.save({ ...group, stage: 'ended', lease, message: lease.message })
}

async function askProvider({ live, parts }: StepContext, offer: Offer): Promise<LeaseStatus | undefined> {
  const { leaseId } = live.state.groups.find((group) => group.offer === offer) ?? {}
  if (leaseId === undefined) return undefined
  const timeout = AbortSignal.any([AbortSignal.timeout(parts.settings.closeTimeoutMs), live.interrupt])
  try {
    const provider = await parts.openProvider({
      provider: offer.agreement.provider,
      relayUrl: offer.relayUrl,
    })
    const settlement = await signSettlement({
      account: parts.account,
      chain: parts.chain,
      agreement: offer.agreement,
    })
    const request = settlement === undefined ? {} : { settlement }
    return await provider.close(leaseId, request, { signal: timeout })
  } catch (error) {
    if (live.stopping) throw error
    const reason = isSubletError(error) ? error.message : String(error)
    parts.log.warn({ leaseId, reason }, 'the provider did not close the lease; closing it on chain')
    return undefined
  }
}
