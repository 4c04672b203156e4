import { type Agreement, type CloseRequest, isEnded, type LeaseStatus, leaseIdOf } from '@sublet/protocol'
import type { ChainClient } from '../chain/chain-client.ts'
import type { ProviderClient } from '../provider/create-provider-client.ts'
import { isPassing } from '../provider/follow-lease.ts'
import type { Signer } from '../provider/session-keeper.ts'
import { signSettlement } from './sign-settlement.ts'

export interface CloseParameters {
  account: Signer
  chain: Pick<ChainClient, 'domain' | 'lease' | 'leaseMoney' | 'nowSeconds'>
  provider: Pick<ProviderClient, 'lease' | 'close'>
  agreement: Agreement
  /** For how long one that can't be reached, or is not through yet, is asked again. */
  patienceMs: number
  signal?: AbortSignal | undefined
  /** Milliseconds since 1970. */
  now: () => number
  /** Resolves after so many milliseconds, or rejects when the signal aborts. */
  wait: (ms: number, signal?: AbortSignal) => Promise<void>
}

/** What a provider that is started again needs, with some to spare: its own downtime only it can take off the price. */
export const closePatienceMs = 10_000
const firstPauseMs = 100
const longestPauseMs = 1_000

/**
 * Asks the provider to end a lease, with the signed amount that lets it settle at once, and answers what it says last: not
 * always that it is over. Once the chain alone has closed a lease, nothing that was not served comes off any more,
 * so silence is waited out for a while. Throws what the last attempt failed with.
 */
export async function closeByProvider(parameters: CloseParameters): Promise<LeaseStatus> {
  const { account, chain, provider, agreement, patienceMs, signal, now, wait } = parameters
  const leaseId = leaseIdOf(agreement.tenant, agreement.salt)

  async function ask(): Promise<{ status: LeaseStatus; signed: boolean }> {
    const { creditSeconds, phaseAtMs } = await provider.lease(leaseId, { signal })
    const settlement = await signSettlement({
      account,
      chain,
      agreement,
      creditSeconds,
      servedUntilMs: phaseAtMs.closing,
    })
    const request: CloseRequest = settlement === undefined ? {} : { settlement }
    return { status: await provider.close(leaseId, request, { signal }), signed: settlement !== undefined }
  }

  const givenUpAtMs = now() + patienceMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const inTime = now() + pauseMs < givenUpAtMs
    try {
      const { status, signed } = await ask()
      if (isEnded(status.phase) || !signed || !inTime) return status
    } catch (error) {
      if (!isPassing(error) || !inTime || signal?.aborted === true) throw error
    }
    await wait(pauseMs, signal)
  }
}
