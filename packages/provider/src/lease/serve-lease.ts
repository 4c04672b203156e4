import type { LeaseStatus } from '@sublet/protocol'
import type { ChainLease } from '@sublet/sdk'
import type { Log } from '@sublet/service'
import type { UsageBook } from '../metering/usage-book.ts'
import type { NotedEvent } from '../timeline/lease-timeline.ts'
import { moneyEvents } from '../timeline/money-events.ts'
import { creditDowntime } from './credit-downtime.ts'
import { type EndCause, endOf } from './end-cause.ts'
import type { progressOf } from './group-progress.ts'
import type { LeaseLedger } from './lease-ledger.ts'
import type { LeaseRecord } from './lease-record.ts'
import { inTime, patiently, type Sleep } from './patience.ts'
import { moneyEndsAt } from './settle-lease.ts'

export interface ServingParts {
  record: () => LeaseRecord
  ledger: LeaseLedger
  usage: Pick<UsageBook, 'isDown'>
  downtimeSeconds: () => number
  isVoucherPaid: boolean
  /** When own downtime is credited while a lease runs, seconds. */
  crediting: { leastSeconds: number; everySeconds: number }
  /** It was taken up again after a restart. */
  wasFound: boolean
  /** Why the lease is to end, once somebody said so. */
  cause: () => EndCause | undefined
  /** Resolves at the next thing that happens to it. */
  word: () => Promise<void>
  services: () => { statuses: LeaseStatus['services']; progress: ReturnType<typeof progressOf> }
  save: (patch: Partial<LeaseStatus>) => Promise<void>
  note: (event: NotedEvent) => void
  /** The lease is left as it is. */
  leaving: AbortSignal
  /** There is a cause to end it. */
  ending: AbortSignal
  onWait: (error: unknown) => void
  sleep: Sleep
  now: () => number
  log: Log
}

/** Watches over an open lease, its money and its workload, until something ends it. */
export async function serveUntilEnd(parts: ServingParts): Promise<EndCause> {
  const { record, ledger, usage, leaving, ending, save, sleep, now } = parts
  const untilEnd = AbortSignal.any([leaving, ending])
  const creditFromMs = parts.wasFound ? now() + creditRestMs : 0
  let before: ChainLease | undefined

  /** Undefined when there is a cause to end it: whoever ends it does not have to wait for a chain that does not answer. */
  async function lookAtChain(): Promise<ChainLease | undefined> {
    const { leaseId, status } = record()
    return await patiently({ sleep, signal: untilEnd, onWait: parts.onWait }, () =>
      ledger.lease(leaseId, status.openedAt),
    ).catch((error: unknown) => {
      leaving.throwIfAborted()
      if (!ending.aborted) throw error
      return undefined
    })
  }

  function fundsEnd(openedAt: number): EndCause {
    const { maxDuration } = record().agreement
    return maxDuration !== 0 && now() >= (openedAt + maxDuration) * 1000
      ? { reason: 'duration-ended', message: 'The lease has run for as long as was agreed.' }
      : { reason: 'funds-ended', message: ledger.whyFundsEnded(record().leaseId) }
  }

  for (;;) {
    // Taken before anything is awaited, so that no word is lost.
    const word = parts.word()
    const cause = parts.cause()
    if (cause !== undefined) return cause
    const state = await lookAtChain()
    if (state === undefined) continue
    if (state.status === 'none') return { reason: 'open-failed', message: takenBack }
    for (const event of moneyEvents(before, state)) {
      // Every voucher adds to the money; the status says how far it goes.
      if (!parts.isVoucherPaid || event.reason !== 'topped-up') parts.note(event)
    }
    before = state
    if (state.status === 'closed')
      return { reason: 'tenant-closed', message: 'The lease was closed on chain.' }
    const { statuses, progress } = parts.services()
    if (JSON.stringify(statuses) !== JSON.stringify(record().status.services))
      await save({ services: statuses })
    if (progress.finished !== undefined) return endOf(progress.finished)
    const { agreement } = record()
    const endsAtMs = moneyEndsAt({ agreement, chain: state }) * 1000
    const isLast = now() >= endsAtMs
    // What is credited is served longer for the same money.
    const crediting =
      now() < creditFromMs && !isLast
        ? 'owed'
        : await creditDowntime({
            ...parts,
            chain: ledger,
            agreement,
            state,
            usage: { downtimeSeconds: parts.downtimeSeconds(), isDown: usage.isDown(), isLast },
          })
    if (crediting === 'credited') {
      await save({ creditSeconds: parts.downtimeSeconds() })
      continue
    }
    if (isLast) return fundsEnd(state.openedAt)
    // Whatever happens is heard of; only what is owed to the tenant grows by itself.
    const owingMs = now() < creditFromMs ? creditRestMs : owingSleepMs
    const longestMs = crediting === 'owed' || usage.isDown() ? owingMs : longestSleepMs
    await inTime({ sleep, signal: leaving }, word, Math.min(endsAtMs - now(), longestMs))
  }
}

const takenBack = 'The chain was reorganised and has taken the opening of the lease back.'

/** Chain and workload are looked at again at least this often, whatever is heard. */
const longestSleepMs = 600_000
/** And while the provider owes the tenant downtime that is not credited yet. */
const owingSleepMs = 30_000
/** Nor is it credited at once after a restart, when every lease comes up again and each credit is a transaction. */
const creditRestMs = 10_000
