import type { Hex } from '@sublet/protocol'
import type { Journal, UsageChange } from '../journal/journal.ts'
import { downtimeOf, isOwnDowntime, sinceAllEnded } from './downtime.ts'
import type { Fault, UsageSpan, UsageState } from './usage-span.ts'

/**
 * What each replica of one lease does, second by second. Nobody waits for the journal here: changes are written one
 * after the other behind the caller's back, for as long as the store takes.
 */
export interface UsageBook {
  /**
   * Reads what was written before a restart. Nobody watched since `lastSeenMs`: replicas that are reached through the
   * provider were not served since then, whatever ran.
   */
  resume(lastSeenMs: number | undefined): Promise<void>
  /** The replica is in this state from `atMs` on. A restart after an end is through whomever the end was. */
  enter(
    replica: ReplicaName,
    state: UsageState,
    more: { atMs: number; fault?: Fault; exitCode?: number },
  ): void
  /** The replica is not there, though it was when it was last seen. */
  lost(replica: ReplicaName): void
  /**
   * Whether anybody sees what the replica does, from `atMs` on. What it did unseen is told by the engine once it is
   * back; where everything ends before that, it was not served.
   */
  watched(replica: ReplicaName, isWatched: boolean, atMs: number): void
  /** The replica has ended for good. */
  end(replica: ReplicaName, atMs: number, exitCode?: number): void
  /** Nothing is served any more. */
  endAll(atMs: number): void
  spans(): readonly UsageSpan[]
  /**
   * Seconds between two instants that are not paid: the provider's own downtime, rounded up in the tenant's favour, and
   * the time since everything had ended, unnoticed.
   */
  downtimeSeconds(fromMs: number, untilMs: number): number
  isDown(): boolean
  /** Settles when all changes so far are on the disk. */
  written(): Promise<void>
}

export interface ReplicaName {
  service: string
  replica: number
}

export interface UsageBookParts {
  leaseId: Hex
  services: readonly { name: string; replicas: number; ports: readonly { public: boolean }[] }[]
  journal: Pick<Journal, 'changeUsage' | 'usageOf'>
  /** Tries again for as long as the store can't be reached. */
  patiently: <T>(call: () => Promise<T>) => Promise<T>
  onChange: () => void
  onFailure: (error: unknown) => void
}

export function createUsageBook(parts: UsageBookParts): UsageBook {
  const { leaseId, services, journal, patiently, onChange, onFailure } = parts
  let spans: UsageSpan[] = []
  let lastSeenMs: number | undefined
  let writes: Promise<void> = Promise.resolve()
  const unseenSinceMs = new Map<string, number>()
  const keyOf = ({ service, replica }: ReplicaName) => `${service}/${replica}`

  const openOf = ({ service, replica }: ReplicaName) =>
    spans.find((span) => span.service === service && span.replica === replica && span.endedAtMs === undefined)

  function write(change: UsageChange): void {
    writes = writes.then(() => patiently(() => journal.changeUsage(change))).catch(onFailure)
  }

  function change(
    { service, replica }: ReplicaName,
    atMs: number,
    next: { state: UsageState; fault?: Fault } | undefined,
    exitCode?: number,
  ): void {
    const open = openOf({ service, replica })
    if (open === undefined && next === undefined) return
    if (open !== undefined && open.state === next?.state && open.fault === next.fault) return
    // Time does not go back, whatever clocks say.
    const at = Math.max(atMs, open?.startedAtMs ?? 0)
    if (open !== undefined) open.endedAtMs = at
    if (next !== undefined) spans.push({ service, replica, startedAtMs: at, ...next })
    write({
      leaseId,
      service,
      replica,
      atMs: at,
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(next === undefined ? {} : { next }),
    })
    onChange()
  }

  const book: UsageBook = {
    async resume(seenMs) {
      lastSeenMs = seenMs
      spans = await patiently(() => journal.usageOf(leaseId))
      if (seenMs === undefined) return
      const unreached = new Set(
        services.filter(({ ports }) => ports.some((port) => port.public)).map(({ name }) => name),
      )
      for (const span of spans.filter((one) => one.endedAtMs === undefined && one.state === 'serving')) {
        if (unreached.has(span.service)) change(span, seenMs, { state: 'down', fault: 'provider' })
      }
    },
    enter(replica, state, { atMs, fault, exitCode }) {
      const before = openOf(replica)
      const inherited = state === 'starting' && before?.state !== 'serving' ? before?.fault : undefined
      const whose = fault ?? inherited
      change(replica, atMs, { state, ...(whose === undefined ? {} : { fault: whose }) }, exitCode)
    },
    lost(replica) {
      const open = openOf(replica)
      if (open !== undefined && lastSeenMs !== undefined) {
        change(replica, lastSeenMs, { state: 'down', fault: 'provider' })
      }
    },
    end(replica, atMs, exitCode) {
      change(replica, atMs, undefined, exitCode)
    },
    watched(replica, isWatched, atMs) {
      if (isWatched) unseenSinceMs.delete(keyOf(replica))
      else if (!unseenSinceMs.has(keyOf(replica))) unseenSinceMs.set(keyOf(replica), atMs)
    },
    endAll(atMs) {
      for (const span of spans.filter((one) => one.endedAtMs === undefined && one.state === 'serving')) {
        const unseenMs = unseenSinceMs.get(keyOf(span))
        if (unseenMs !== undefined) change(span, unseenMs, { state: 'down', fault: 'provider' })
      }
      for (const span of spans.filter(({ endedAtMs }) => endedAtMs === undefined))
        change(span, atMs, undefined)
    },
    spans: () => spans,
    downtimeSeconds(fromMs, untilMs) {
      const downMs = downtimeOf({ services, spans, fromMs, untilMs })
      // Whole seconds of it only: that an end is noticed takes a moment, which is not worth a transaction.
      return Math.ceil(downMs / 1000) + Math.floor(sinceAllEnded({ spans, fromMs, untilMs }) / 1000)
    },
    isDown: () => spans.some((span) => span.endedAtMs === undefined && isOwnDowntime(span)),
    written: () => writes,
  }
  return book
}
