import { isPaidByVouchers, isSubletError, type Manifest } from '@sublet/protocol'
import { isPassing } from '@sublet/sdk'
import { orderAgain } from './after-end.ts'
import { withFailedProvider } from './after-failure.ts'
import { noteStatus } from './note-status.ts'
import type { StepContext } from './order-step.ts'
import { settleOnChain } from './settle.ts'
import type { Offer } from './state.ts'

const maxSilenceMs = 20_000

/**
 * Takes up an offer that was interrupted: the manifest may or may not have reached the provider. The provider is asked
 * first, then the chain; only when neither has the lease is it sent again or another ordered.
 */
export async function takeUpStep(context: StepContext): Promise<void> {
  const { live, name, parts, patientUntilMs } = context
  const { offer, leaseId } = live.group(name)
  if (offer === undefined || leaseId === undefined) throw new RangeError('a group offers nothing')
  const signal = live.interrupt
  const givenUpAtMs = Math.max(parts.now() + maxSilenceMs, patientUntilMs)
  for (let pauseMs = 100; !signal.aborted; pauseMs = Math.min(pauseMs * 2, 2000)) {
    try {
      const provider = await parts.openProvider({
        provider: offer.agreement.provider,
        relayUrl: offer.relayUrl,
      })
      const status = await provider.lease(leaseId, { signal }).catch((error: unknown) => {
        if (!isSubletError(error, 'lease.not-found')) throw error
        return provider.createLease(manifestOf(context, offer), { signal })
      })
      await live.save(noteStatus(live.group(name), status, parts.now() - live.state.createdAtMs))
      return
    } catch (error) {
      if (signal.aborted) return
      const refused = isSubletError(error) && !isPassing(error)
      if (refused || parts.now() > givenUpAtMs) {
        await letGo(context, offer, refused ? 'closed' : 'forbidden', error)
        return
      }
      await parts.wait(pauseMs, signal).catch(() => {})
    }
  }
}

function manifestOf({ live, name, parts }: StepContext, offer: Offer): Manifest {
  const { workload, secrets } = live.content
  const group = workload.groups.find((one) => one.name === name)
  if (group === undefined) throw new RangeError(`the workload has no group ${name}`)
  return {
    agreement: offer.agreement,
    tenantSignature: offer.tenantSignature,
    providerSignature: offer.providerSignature,
    deployment: live.state.name,
    group,
    ...(workload.serviceLevels === undefined ? {} : { serviceLevels: workload.serviceLevels }),
    ...(isPaidByVouchers(offer.agreement)
      ? { voucher: { intervalSeconds: parts.vouchers.intervalSeconds } }
      : {}),
    secrets,
  }
}

async function letGo(
  { live, name, parts }: StepContext,
  offer: Offer,
  how: 'closed' | 'forbidden',
  error: unknown,
): Promise<void> {
  await settleOnChain(parts, offer, how)
  const why = isSubletError(error) ? error.message : 'The provider did not take the lease up.'
  await live.save(
    orderAgain(withFailedProvider(live.group(name), offer.agreement.provider), why, parts.now()),
  )
}
