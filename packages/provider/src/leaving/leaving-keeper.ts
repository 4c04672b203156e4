import { randomBytes } from 'node:crypto'
import { type Hex, type Manifest, SubletError } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { LeaseChain } from '../chain/lease-chain.ts'
import type { Journal } from '../journal/journal.ts'
import type { LeaseRunner } from '../lease/lease-runner.ts'
import { moneyEndsAt } from '../lease/settle-lease.ts'
import {
  type Availability,
  availabilityOf,
  type Leaving,
  leavingSchema,
  leavingStep,
  type MaintenanceWindow,
  noticeSlackMs,
  staying,
} from './leaving-plan.ts'

/** The owner's plans for leaving, kept over restarts and carried out. */
export interface LeavingKeeper {
  plan(): Leaving
  availability(): Availability
  /** Takes no new leases. Those that run end by themselves, or by notice so that none is left at `byMs`. */
  drain(options?: { byMs?: number | undefined; reason?: string | undefined }): Promise<void>
  /** Takes new leases again. Notices that were given stand. */
  cancelDrain(): Promise<void>
  /** Throws `request.invalid` for a window that has no length or is over. */
  addWindow(window: Omit<MaintenanceWindow, 'id'>): Promise<MaintenanceWindow>
  /** Throws `request.invalid` when there is no such window. */
  removeWindow(id: string): Promise<void>
  /** Does what is due about each lease that runs. */
  step(): Promise<void>
}

export interface LeavingParts {
  journal: Pick<Journal, 'mark' | 'marked'>
  chain: Pick<LeaseChain, 'noticeSeconds'>
  leases: () => readonly LeaseRunner[]
  now: () => number
  log: Log
  /** What is on offer has changed. */
  onChange: () => void
}

/** Reads the plans that were made before. Throws `store.unreachable`. */
export async function createLeavingKeeper(parts: LeavingParts): Promise<LeavingKeeper> {
  const { journal, chain, now, log, onChange } = parts
  let plan: Leaving = leavingSchema.catch(staying).parse((await journal.marked('leaving')) ?? staying)
  let offering: boolean | undefined
  /** When each lease is looked at again, milliseconds since 1970: a plan for next week costs no calls now. */
  const lookAgain = new Map<Hex, number>()

  async function change(next: Leaving): Promise<void> {
    await journal.mark('leaving', next)
    plan = next
    lookAgain.clear()
    onChange()
  }

  async function stepOf(
    runner: LeaseRunner,
    { leavesAtMs, reason }: Availability,
    noticeSeconds: () => Promise<number>,
  ): Promise<void> {
    const { record } = runner
    const { agreement, leaseId, manifest, status } = record
    if (status.phase !== 'active') return
    const toldMs = status.leavesAtMs ?? 0
    if (leavesAtMs === undefined && toldMs === 0) return
    if ((lookAgain.get(leaseId) ?? 0) > now()) return
    const state = await runner.ledger.lease(leaseId)
    if (state.status !== 'open') return
    const noticeMs = Math.max((await noticeSeconds()) * 1000, agreedNoticeMs(manifest))
    const step = leavingStep(
      {
        endsAtMs: moneyEndsAt({ agreement, chain: state }) * 1000,
        toldMs,
        noticeEndsAt: state.noticeEndsAt,
        noticeMs,
      },
      leavesAtMs,
      now(),
    )
    if (state.noticeEndsAt === 0) lookAgain.set(leaseId, nextLookMs(leavesAtMs, noticeMs, now()))
    if (step.kind === 'tell') await runner.tellLeaving(step.leavesAtMs, reason)
    if (step.kind === 'give-notice') await giveNotice(runner)
    if (step.kind === 'end') {
      runner.end({ reason: 'provider-closed', message: leavingMessage(reason) })
    }
  }

  async function giveNotice({ ledger, record: { leaseId, agreement } }: LeaseRunner): Promise<void> {
    log.info({ leaseId }, 'giving notice, as the provider leaves')
    await ledger.giveNotice(agreement)
  }

  return {
    plan: () => plan,
    availability: () => availabilityOf(plan, now()),
    async drain({ byMs, reason = 'The provider stops serving.' } = {}) {
      if (byMs !== undefined && byMs <= now()) {
        throw new SubletError('request.invalid', 'The time to be gone by has passed.', {
          hint: 'Name one in the future, or none.',
        })
      }
      await change({
        ...plan,
        drain: { sinceMs: plan.drain?.sinceMs ?? now(), reason, ...(byMs === undefined ? {} : { byMs }) },
      })
      log.info({ byMs }, 'draining')
    },
    async cancelDrain() {
      await change({ windows: plan.windows })
      log.info('the drain is cancelled')
    },
    async addWindow({ fromMs, untilMs, reason }) {
      if (untilMs <= fromMs || untilMs <= now()) {
        throw new SubletError(
          'request.invalid',
          'A maintenance window ends after it begins, and after now.',
          {
            hint: 'Give both times in full, such as 2027-01-31T22:00Z.',
          },
        )
      }
      const window = { id: randomBytes(3).toString('hex'), fromMs, untilMs, reason }
      const coming = plan.windows.filter((one) => one.untilMs > now())
      await change({ ...plan, windows: [...coming, window].sort((a, b) => a.fromMs - b.fromMs) })
      return window
    },
    async removeWindow(id) {
      const windows = plan.windows.filter((one) => one.id !== id)
      if (windows.length === plan.windows.length) {
        throw new SubletError('request.invalid', `There is no maintenance window ${id}.`, {
          hint: 'List them with `sublet provider maintenance list`.',
        })
      }
      await change({ ...plan, windows })
    },
    async step() {
      const availability = availabilityOf(plan, now())
      if (offering !== availability.offering) onChange()
      offering = availability.offering
      let asked: Promise<number> | undefined
      const noticeSeconds = () => {
        asked ??= chain.noticeSeconds()
        return asked
      }
      for (const runner of parts.leases()) {
        await stepOf(runner, availability, noticeSeconds).catch((err: unknown) =>
          log.warn({ err, leaseId: runner.record.leaseId }, 'could not leave a lease yet'),
        )
      }
    },
  }
}

/** Not later than a notice must be given. */
function nextLookMs(leavesAtMs: number | undefined, noticeMs: number, nowMs: number): number {
  const noticeAtMs = leavesAtMs === undefined ? nowMs : leavesAtMs - noticeMs - noticeSlackMs
  return Math.max(nowMs, Math.min(nowMs + longestLookMs, noticeAtMs))
}

const longestLookMs = 60_000

function leavingMessage(reason: string): string {
  return `The provider is leaving: ${reason}`
}

/** What the service levels say of notice; Akash files call it the reclaim window. */
function agreedNoticeMs(manifest: Manifest | undefined): number {
  const agreed = manifest?.serviceLevels?.noticeMs
  return typeof agreed === 'number' && Number.isFinite(agreed) && agreed > 0 ? agreed : 0
}
