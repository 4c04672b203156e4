import { type Hex, isPaidByVouchers } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { Holdings } from '../bid/holdings.ts'
import type { LeaseChain } from '../chain/lease-chain.ts'
import type { Journal } from '../journal/journal.ts'
import type { Instance, Owner, Runtime } from '../runtime/runtime.ts'
import type { NotedEvent } from '../timeline/lease-timeline.ts'
import type { LeaseRecord } from './lease-record.ts'
import type { Leases } from './leases.ts'
import type { Sleep } from './patience.ts'
import { type Mending, mendingKey, reconcile, type Views } from './reconcile.ts'

/** Something that was put right, for the owner. */
export interface Mended {
  atMs: number
  leaseId: Hex
  message: string
}

/** Keeps journal, machine and chain in step. */
export interface Reconciler {
  /** Takes up what was promised and what ran before a restart, before anything new is offered. */
  takeUp(): Promise<void>
  /** Looks at all three and mends what differs. Throws `runtime.unavailable` or `store.unreachable`: then nothing was. */
  pass(): Promise<void>
  /** The last things that were put right since the start, oldest first. */
  mended(): readonly Mended[]
}

export interface ReconcilerParts {
  journal: Pick<
    Journal,
    | 'reservations'
    | 'unreserve'
    | 'liveLeases'
    | 'lapsedStartingAfter'
    | 'closedAfter'
    | 'marked'
    | 'saveLease'
  >
  chain: Pick<LeaseChain, 'lease'>
  holdings: Pick<Holdings, 'reserve' | 'lease' | 'release' | 'leased'>
  leases: Pick<Leases, 'all' | 'resume'>
  runtime: Pick<Runtime, 'list' | 'remove' | 'removeLease'>
  owner: Owner
  note: (leaseId: Hex, event: NotedEvent) => void
  now: () => number
  sleep: Sleep
  /** The provider stops. */
  signal: AbortSignal
  log: Log
}

const keptMendings = 50
const secondLookMs = 2_000
/** An opening that was sent before the deadline may be mined a little later, and is seen by one of the next looks. */
const lateOpeningSeconds = 600
/** A closing that the chain took back again shows within this time. */
const lateClosingMs = 600_000

interface Looked {
  views: Views
  records: Map<Hex, LeaseRecord>
  instances: Instance[]
}

export function createReconciler(parts: ReconcilerParts): Reconciler {
  const { journal, chain, holdings, leases, runtime, owner, now, log } = parts
  const mended: Mended[] = []
  /** Closed here, and the chain agrees. */
  let agreed = new Set<Hex>()

  /** The machine before the journal: what is written down before it is made can't be missed so. */
  async function look(): Promise<Looked> {
    const held = new Set(holdings.leased())
    const instances = await runtime.list(owner)
    const reserved = new Set((await journal.reservations()).map(({ leaseId }) => leaseId))
    const lapsed = await journal.lapsedStartingAfter(Math.floor(now() / 1000) - lateOpeningSeconds)
    const closed = (await journal.closedAfter(now() - lateClosingMs)).filter(
      ({ agreement }) => !isPaidByVouchers(agreement),
    )
    agreed = new Set(closed.flatMap(({ leaseId }) => (agreed.has(leaseId) ? [leaseId] : [])))
    const doubtful = closed.filter(({ leaseId }) => !agreed.has(leaseId))
    const records = [...(await journal.liveLeases()), ...lapsed, ...doubtful]
    const states = await Promise.allSettled(
      [...lapsed, ...doubtful]
        .filter(({ agreement }) => !isPaidByVouchers(agreement))
        .map(async ({ leaseId }) => [leaseId, await chain.lease(leaseId)] as const),
    )
    const answered = states.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    for (const { leaseId } of doubtful) {
      if (answered.some(([id, { status }]) => id === leaseId && status === 'closed')) agreed.add(leaseId)
    }
    const runners = leases.all().filter(({ hasGivenUp }) => !hasGivenUp)
    return {
      instances,
      records: new Map(records.map((record) => [record.leaseId, record])),
      views: {
        journal: {
          leases: records.map(({ leaseId, status }) => ({ leaseId, phase: status.phase })),
          reserved,
        },
        machine: {
          instances: instances.map(({ id, owner: of }) => ({ id, leaseId: of.leaseId, service: of.service })),
          held,
          lookedAfter: new Set(runners.map(({ record }) => record.leaseId)),
        },
        chain: new Map(answered),
      },
    }
  }

  async function act(action: Mending, { records, instances }: Looked, lastSeenMs: number): Promise<void> {
    const { leaseId } = action
    const record = records.get(leaseId)
    switch (action.kind) {
      case 'remove-instance':
        await runtime.remove(action.instanceId)
        await runtime.removeLease(owner, leaseId)
        return
      case 'release':
        holdings.release(leaseId)
        return
      case 'resume': {
        if (record === undefined) return
        if (record.status.phase !== 'closing') holdings.lease(leaseId, record.allocation)
        const mine = instances.filter((instance) => instance.owner.leaseId === leaseId)
        await leases.resume(record, { instances: mine, lastSeenMs })
        return
      }
      case 'settle-late': {
        if (record === undefined) return
        const { status } = record
        // Stopped when it was opened: nothing of it was served.
        const closing: LeaseRecord = {
          ...record,
          status: {
            ...status,
            phase: 'closing',
            openedAt: action.openedAt,
            phaseAtMs: { ...status.phaseAtMs, closing: action.openedAt * 1000 },
          },
        }
        await journal.saveLease(closing)
        await leases.resume(closing, { instances: [], lastSeenMs: undefined })
        return
      }
      case 'settle-again': {
        if (record === undefined) return
        const closing: LeaseRecord = { ...record, status: { ...record.status, phase: 'closing' } }
        await journal.saveLease(closing)
        await leases.resume(closing, { instances: [], lastSeenMs: undefined })
      }
    }
  }

  return {
    async takeUp() {
      for (const { leaseId, allocation, expiresAtMs } of await journal.reservations()) {
        if (expiresAtMs > now()) holdings.reserve(leaseId, allocation, expiresAtMs)
        else await journal.unreserve(leaseId)
      }
      const seen = await journal.marked('seen')
      const looked = await look()
      const actions = reconcile(looked.views)
      const lastSeenMs = typeof seen === 'number' ? Math.min(seen, now()) : now()
      const resumed = actions.filter(({ kind }) => kind === 'resume')
      await Promise.all(resumed.map((action) => act(action, looked, lastSeenMs)))
      for (const action of actions) {
        if (action.kind !== 'resume' && action.kind !== 'settle-again') await mendOne(action, looked)
      }
      if (resumed.length > 0) log.info({ leases: resumed.length }, 'leases taken up again')
    },
    async pass() {
      const amiss = new Set(reconcile((await look()).views).map(mendingKey))
      if (amiss.size === 0) return
      // A lease is accepted or ends while others are looked at, and a node may be behind: what is amiss must be so twice.
      await parts.sleep(secondLookMs, parts.signal).catch(() => undefined)
      if (parts.signal.aborted) return
      const looked = await look()
      for (const action of reconcile(looked.views)) {
        if (amiss.has(mendingKey(action))) await mendOne(action, looked)
      }
    },
    mended: () => mended,
  }

  async function mendOne(action: Mending, looked: Looked): Promise<void> {
    const { leaseId, reason } = action
    await act(action, looked, now())
    log.warn({ leaseId, mending: action.kind }, reason)
    mended.push({ atMs: now(), leaseId, message: reason })
    mended.splice(0, Math.max(0, mended.length - keptMendings))
    if (looked.records.has(leaseId)) parts.note(leaseId, { reason: 'mended', message: reason })
  }
}
