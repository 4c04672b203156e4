import { isSubletError, type LeaseStatus } from '@sublet/protocol'
import { closeByProvider, closePatienceMs } from '@sublet/sdk'
import type { StepContext } from './order-step.ts'
import type { Offer } from './state.ts'

/**
 * Asks the provider to end a lease, with the signed amount that lets it settle at once. Undefined when it does not
 * answer in time: then the chain alone can end it.
 */
export async function askToClose(
  { live, parts }: StepContext,
  offer: Offer,
  signal: AbortSignal,
): Promise<LeaseStatus | undefined> {
  const { leaseId } = live.state.groups.find((group) => group.offer === offer) ?? {}
  if (leaseId === undefined) return undefined
  const timeout = AbortSignal.any([AbortSignal.timeout(parts.settings.closeTimeoutMs), signal])
  try {
    const provider = await parts.openProvider({
      provider: offer.agreement.provider,
      relayUrl: offer.relayUrl,
    })
    return await closeByProvider({
      account: parts.account,
      chain: parts.chain,
      provider,
      agreement: offer.agreement,
      patienceMs: Math.min(closePatienceMs, parts.settings.closeTimeoutMs),
      signal: timeout,
      now: parts.now,
      wait: parts.wait,
    })
  } catch (error) {
    if (live.stopping) throw error
    const reason = isSubletError(error) ? error.message : String(error)
    parts.log.warn({ leaseId, reason }, 'the provider did not close the lease; closing it on chain')
    return undefined
  }
}
