import { type Agreement, type Hex, leaseIdOf, SubletError } from '@sublet/protocol'
import type { Settlement } from '@sublet/sdk'
import type { Log } from '@sublet/service'
import type { LeaseChain } from '../chain/lease-chain.ts'
import type { EndCause } from './end-cause.ts'
import { inTime, patiently, type Sleep } from './patience.ts'
import { isTooEarly, nextClosingStep } from './settle-lease.ts'

export interface SettleParts {
  chain: Pick<
    LeaseChain,
    'lease' | 'nowSeconds' | 'close' | 'giveNotice' | 'credit' | 'settle' | 'settlement'
  >
  agreement: Agreement
  /** Unix seconds. */
  openedAt: number
  /** When the closing began, milliseconds since 1970. */
  closingMs: number
  downtimeSeconds: number
  settleGraceSeconds: number
  /** What is known of the end now: a settlement may come later. */
  cause: () => EndCause | undefined
  /** The chain will never take it. */
  dropSettlement: () => void
  /** Settles at the next word on the lease. */
  word: () => Promise<void>
  log: Log
  now: () => number
  sleep: Sleep
  signal: AbortSignal
}

const retryMs = 1_000
const longestPauseMs = 30_000

/**
 * Does the next closing step, again and again, until the chain says that the lease is closed. Answers what it cost;
 * undefined where the chain has taken its opening back.
 */
export async function settleOnChain(parts: SettleParts): Promise<Settlement | undefined> {
  const { chain, agreement, openedAt, closingMs, cause, log, now, sleep, signal } = parts
  const leaseId = leaseIdOf(agreement.tenant, agreement.salt)
  for (;;) {
    const word = parts.word()
    const [state, chainNow] = await patiently({ sleep, signal }, () =>
      Promise.all([chain.lease(leaseId, openedAt), chain.nowSeconds()]),
    )
    const step = nextClosingStep({
      agreement,
      chain: state,
      stoppedAt: Math.floor(closingMs / 1000),
      downtimeSeconds: parts.downtimeSeconds,
      closingSince: Math.floor(closingMs / 1000),
      now: Math.floor(now() / 1000),
      chainNow,
      settlement: cause()?.settlement,
      settleGraceSeconds: parts.settleGraceSeconds,
      breakOff: cause()?.breakOff ?? false,
    })
    if (step.kind === 'never-opened') return undefined
    if (step.kind === 'done') return await patiently({ sleep, signal }, () => settlementOf(chain, leaseId))
    if (step.kind === 'wait') {
      const pauseMs = Math.max(250, step.untilSeconds * 1000 - now())
      await inTime({ sleep, signal }, word, Math.min(pauseMs, longestPauseMs))
      continue
    }
    log.info({ step: step.kind }, 'settling')
    const settlement = cause()?.settlement
    try {
      if (step.kind === 'close') await chain.close(agreement)
      if (step.kind === 'give-notice') await chain.giveNotice(agreement)
      if (step.kind === 'credit') await chain.credit(agreement, step.creditSeconds)
      if (step.kind === 'settle' && settlement !== undefined) {
        await chain.settle(agreement, settlement)
      }
    } catch (error) {
      // Whatever it was, the chain is asked again before anything else is tried.
      log.warn({ err: error, step: step.kind }, 'the chain did not take a step')
      if (step.kind === 'settle' && !isTooEarly(error)) parts.dropSettlement()
      await sleep(retryMs, signal)
    }
  }
}

async function settlementOf(chain: SettleParts['chain'], leaseId: Hex): Promise<Settlement> {
  const settlement = await chain.settlement(leaseId)
  if (settlement !== undefined) return settlement
  throw new SubletError('chain.unreachable', 'How the lease was settled cannot be read from the chain yet.')
}
