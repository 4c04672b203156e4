import { isSubletError, type LeasePhase, type LeaseStatus } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { EndCause } from './end-cause.ts'
import type { LeaseLedger } from './lease-ledger.ts'
import type { LeaseRecord } from './lease-record.ts'
import { isBlindness, patiently, type Sleep } from './patience.ts'

export interface OpenParts {
  chain: Pick<LeaseLedger, 'lease' | 'open'>
  log: Log
  sleep: Sleep
  now: () => number
  signal: AbortSignal
  /** The lease's public ports may be reached from now on; answers where. */
  openRoutes: (record: LeaseRecord) => Promise<LeaseStatus['endpoints']>
  record: () => LeaseRecord
  announce: (patch: Partial<LeaseStatus>) => void
  move: (phase: LeasePhase, patch?: Partial<LeaseStatus>) => Promise<void>
}

const retryMs = 500
/** After the deadline the chain takes no opening; one that was sent before may still lie in its queue. */
const lateGraceSeconds = 120

/**
 * Opens a ready lease with both signatures. The transaction may be on its way from before a crash, so the chain is
 * asked first, and again after every doubt. Answers why it could not be opened, or undefined when it is active.
 */
export async function openOnChain(parts: OpenParts): Promise<EndCause | undefined> {
  const { chain, log, sleep, now, signal, record } = parts
  const again = record().status.phase === 'opening'
  const endpoints = await parts.openRoutes(record())
  if (again) parts.announce({ endpoints })
  // The transaction is prepared while this is written down, and sent after.
  const noted = again
    ? undefined
    : parts.move('opening', { endpoints, message: 'Ready; opening the lease on chain.' })

  const { agreement, leaseId, tenantSignature, providerSignature } = record()
  const active = (openedAt: number, openTransaction?: LeaseStatus['openTransaction']) =>
    parts.move('active', {
      openedAt,
      message: 'Running.',
      ...(openTransaction === undefined ? {} : { openTransaction }),
    })

  const look = () => patiently({ sleep, signal }, () => chain.lease(leaseId))
  let isOpened = false
  for (let doubtful = again; ; doubtful = true) {
    if (doubtful) {
      const state = await look()
      if (state.status === 'open' || state.status === 'closed') {
        await active(state.openedAt)
        return undefined
      }
      if (state.status === 'cancelled') {
        return { reason: 'tenant-closed', message: 'The tenant cancelled before the lease was opened.' }
      }
      if (isOpened) {
        await sleep(retryMs, signal)
        continue
      }
      if (now() / 1000 > agreement.startBy + lateGraceSeconds) {
        return { reason: 'open-failed', message: 'The lease could not be opened before its start deadline.' }
      }
    }
    try {
      const { openedAt, transaction } = await chain.open(
        agreement,
        tenantSignature,
        providerSignature,
        noted,
        signal,
      )
      await active(openedAt, transaction)
      return undefined
    } catch (error) {
      signal.throwIfAborted()
      await noted
      log.warn({ err: error }, 'the lease was not opened')
      if (isBlindness(error)) {
        await sleep(retryMs, signal)
        continue
      }
      // Somebody else may have opened it with the same two signatures, and a node that is behind not know of it yet.
      isOpened = isSubletError(error, 'chain.reverted') && error.details?.error === 'LeaseExists'
      if (isOpened || (await look()).status !== 'none') continue
      return {
        reason: 'open-failed',
        message: `The lease could not be opened: ${isSubletError(error) ? error.message : String(error)}`,
      }
    }
  }
}
