import { isEnded, isSubletError, type LeaseStatus } from '@sublet/protocol'
import { followLease, isPassing, lapseError, type ProviderClient } from '@sublet/sdk'
import { afterEnd, orderAgain } from './after-end.ts'
import { afterFailure, storedProblem, withFailedProvider } from './after-failure.ts'
import { askToClose } from './ask-to-close.ts'
import { keepFunded } from './keep-funded.ts'
import { noteReach, noteStatus } from './note-status.ts'
import type { StepContext } from './order-step.ts'
import { proveAnswering } from './prove-answering.ts'
import { settledStatus, settleOnChain } from './settle.ts'
import type { GroupState, Offer } from './state.ts'

/** Watches a lease until it ends, keeps it funded, and decides what becomes of the group. */
export async function followStep(context: StepContext): Promise<void> {
  const { live, name, parts } = context
  const { interrupt } = live
  const { offer, leaseId } = live.group(name)
  if (offer === undefined || leaseId === undefined)
    throw new RangeError('a group is followed without an offer')
  const stop = new AbortController()
  const signal = AbortSignal.any([interrupt, stop.signal])
  let funding: Promise<void> | undefined
  let settling = false
  try {
    while (!signal.aborted) {
      try {
        const provider = await parts.openProvider({
          provider: offer.agreement.provider,
          relayUrl: offer.relayUrl,
        })
        for await (const status of statuses(context, provider, signal)) {
          live.note(noteStatus(live.group(name), status, parts.now() - live.state.createdAtMs))
          void payByVoucher(context, provider, offer, status)
          if (status.phase === 'active' && funding === undefined) {
            funding = keepFunded(context, offer, signal)
            void proveAnswering(context, status, signal)
          }
          // A job that is done, or a provider that leaves: with the tenant's word it settles now, not after its notice.
          if (status.phase === 'closing' && !settling) {
            settling = true
            void askToClose(context, offer, signal)
              .then((answer) => (answer === undefined ? settleOnChain(parts, offer, 'closed') : undefined))
              .catch((err: unknown) => parts.log.warn({ err, leaseId }, 'the lease was not settled at once'))
          }
          if (isEnded(status.phase)) {
            await takeEnd(context, status, offer)
            return
          }
        }
      } catch (error) {
        if (interrupt.aborted) return
        const lost = await loss(context, error, offer)
        if (lost !== undefined) {
          await replaceProvider(context, offer, lost)
          return
        }
        await parts.wait(1000, signal)
      }
    }
  } catch (error) {
    if (!interrupt.aborted) throw error
  } finally {
    stop.abort()
    await funding?.catch(() => {})
  }
}

/** Signs what a lease asks for; what cannot be signed ends it, and is said. */
async function payByVoucher(
  { live, name, parts }: StepContext,
  provider: ProviderClient,
  { agreement }: Offer,
  status: LeaseStatus,
): Promise<void> {
  try {
    await parts.vouchers.answer(provider, agreement, status)
  } catch (err) {
    const { leaseId } = status
    parts.log.warn({ err, leaseId }, 'the lease could not be paid by voucher')
    if (isSubletError(err) && !isPassing(err)) {
      live.note({ ...live.group(name), message: `The lease ends when its vouchers do: ${err.message}` })
    }
  }
}

function statuses({ live, name, parts }: StepContext, provider: ProviderClient, signal: AbortSignal) {
  return followLease({
    provider,
    leaseId: live.group(name).leaseId ?? '0x',
    signal,
    now: parts.now,
    wait: parts.wait,
    maxSilenceMs: parts.settings.providerSilenceMs,
    onReachable(reachable) {
      live.note(noteReach(live.group(name), reachable, parts.now()))
    },
  })
}

/** The provider's word is held against the chain's: what it calls ended must be settled there. */
async function takeEnd(context: StepContext, status: LeaseStatus, offer: Offer): Promise<void> {
  const { live, name, parts, patientUntilMs } = context
  if (status.phase === 'lapsed') {
    const error = lapseError(status)
    const group = withFailedProvider({ ...live.group(name), lease: status }, status.provider)
    const next = afterFailure(group, error, { nowMs: parts.now(), patientUntilMs })
    await live.save(next)
    if (next.stage === 'failed') await live.wantClosed(storedProblem(error))
    return
  }
  const settlement = await settleOnChain(parts, offer, 'closed')
  const lease = settledStatus({ status, offer, settlement, nowMs: parts.now(), endReason: status.endReason })
  await live.save(afterEnd(live.group(name), lease, live.state.desired, parts.now()))
}

/** Why the provider has lost the lease; undefined while it may still have it. */
async function loss({ parts }: StepContext, error: unknown, offer: Offer): Promise<string | undefined> {
  if (isSubletError(error, 'lease.not-found')) return 'The provider no longer knows the lease.'
  if (!isPassing(error)) {
    if (!isSubletError(error)) throw error
    return undefined
  }
  // Who sees nobody may be blind: only an indexer that answers can say that the provider is gone.
  const seen = await Promise.all(
    parts.indexers.map((indexer) =>
      indexer.provider(offer.agreement.provider).then(
        ({ connected }) => connected,
        (failure: unknown) => (isSubletError(failure, 'provider.unknown') ? false : undefined),
      ),
    ),
  )
  return seen.includes(false) && !seen.includes(true) ? 'The provider has gone.' : undefined
}

/** Ends the lost lease on chain, so that it costs nothing more, and orders another. */
async function replaceProvider(context: StepContext, offer: Offer, why: string): Promise<void> {
  const { live, name, parts } = context
  await settleOnChain(parts, offer, 'forbidden')
  const group: GroupState = withFailedProvider(live.group(name), offer.agreement.provider)
  await live.save(orderAgain({ ...group, everRan: true }, why, parts.now()))
}
