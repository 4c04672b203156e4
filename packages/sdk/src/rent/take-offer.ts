import {
  type Bid,
  type Hex,
  isSubletError,
  type LeaseStatus,
  type Manifest,
  SubletError,
} from '@sublet/protocol'
import type { ProviderClient } from '../provider/create-provider-client.ts'
import { followLease, isPassing } from '../provider/follow-lease.ts'
import type { OpenProvider } from '../provider/open-provider.ts'
import type { VoucherPayer } from '../voucher/create-voucher-payer.ts'
import type { FailedOffer } from './bid-book.ts'
import { lapseError } from './lapse-error.ts'
import type { RentEvent } from './rent-event.ts'

export interface OfferParameters {
  bid: Bid
  leaseId: Hex
  manifest: Manifest
  relayUrl: string
  openProvider: OpenProvider
  vouchers?: VoucherPayer | undefined
  signal: AbortSignal
  now: () => number
  wait: (ms: number, signal?: AbortSignal) => Promise<void>
}

const maxSilenceMs = 20_000
/** After the start deadline an honest provider reports the lapse at once. */
const lapseGraceMs = 30_000

/** Sends the manifest and follows the start until the lease is open or has come to nothing. */
export async function* takeOffer(
  parameters: OfferParameters,
): AsyncGenerator<RentEvent, { lease: LeaseStatus } | FailedOffer> {
  const { bid, leaseId, relayUrl, openProvider, vouchers, signal, now, wait } = parameters
  // Until the manifest is on its way, nothing of the tenant's is in the provider's hands.
  const sent = { yet: false }
  const overdue = new AbortController()
  const done = new AbortController()
  wait(Math.max(0, bid.agreement.startBy * 1000 - now()) + lapseGraceMs, done.signal).then(
    () => overdue.abort(),
    () => {},
  )
  const either = AbortSignal.any([signal, overdue.signal])
  try {
    const provider = await openProvider({ provider: bid.provider, relayUrl })
    await vouchers?.prepare(bid.agreement)
    yield { type: 'status', status: await handOver(provider, parameters, either, sent) }
    for await (const status of followLease({ provider, leaseId, signal: either, now, wait, maxSilenceMs })) {
      yield { type: 'status', status }
      await vouchers?.answer(provider, bid.agreement, status)
      if (status.phase === 'active') return { lease: status }
      if (status.phase === 'lapsed' || status.phase === 'closed')
        return { error: lapseError(status), unsure: false }
    }
    throw new SubletError('workload.unready', 'The lease ended before the workload was ready.')
  } catch (cause) {
    if (signal.aborted) throw signal.reason
    if (overdue.signal.aborted) {
      return {
        error: new SubletError('workload.unready', 'The workload was not ready by the start deadline.', {
          hint: 'Check that the workload listens on the port it declares and that its health check can pass.',
          details: { provider: bid.provider, leaseId },
          cause,
        }),
        unsure: true,
      }
    }
    if (!isSubletError(cause)) throw cause
    return { error: cause, unsure: sent.yet && saysNothing(cause) }
  } finally {
    done.abort()
  }
}

/** Errors after which the lease may run all the same: nobody answered, or what came was not the provider's whole word. */
function saysNothing(error: SubletError): boolean {
  return isPassing(error) || error.code === 'seal.invalid' || error.code === 'internal'
}

/** Sends the manifest until the provider has said yes or no. It may arrive twice; it is the same lease. */
async function handOver(
  provider: ProviderClient,
  { leaseId, manifest, now, wait }: OfferParameters,
  signal: AbortSignal,
  sent: { yet: boolean },
): Promise<LeaseStatus> {
  const givenUpAtMs = now() + maxSilenceMs
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 2000)) {
    try {
      if (sent.yet) {
        const known = await provider.lease(leaseId, { signal }).catch((error: unknown) => {
          if (isSubletError(error, 'lease.not-found')) return undefined
          throw error
        })
        if (known !== undefined) return known
      }
      sent.yet = true
      return await provider.createLease(manifest, { signal })
    } catch (error) {
      if (!isPassing(error) || now() + pauseMs > givenUpAtMs) throw error
      await wait(pauseMs, signal)
    }
  }
}
