import {
  type Address,
  type Hex,
  isEnded,
  type LeaseStatus,
  leaseIdOf,
  type Manifest,
  SubletError,
} from '@sublet/protocol'
import type { Holdings } from '../bid/holdings.ts'
import type { Journal } from '../journal/journal.ts'
import { checkManifest } from './check-manifest.ts'
import type { EndCause } from './end-cause.ts'
import type { LeaseLedger } from './lease-ledger.ts'
import type { LeaseRecord } from './lease-record.ts'
import { type Found, type LeaseRunner, type RunnerParts, runLease } from './lease-runner.ts'

export interface LeasesParts extends Omit<RunnerParts, 'publish' | 'release' | 'journal' | 'ledger'> {
  journal: Journal
  holdings: Holdings
  /** Who keeps the money of a lease. */
  ledgerOf: (record: Pick<LeaseRecord, 'leaseId' | 'agreement' | 'manifest'>) => LeaseLedger
  /** The ledger of a lease is needed no longer. */
  leaveLedger: (record: Pick<LeaseRecord, 'leaseId' | 'agreement'>) => void
  /** The least interval that vouchers may pay, seconds; undefined where they are not taken. */
  voucherLeastIntervalSeconds: number | undefined
  token: Address
  /** Told at every change, for the ask and for people. */
  onChange: () => void
}

/** All leases of this provider. */
export interface Leases {
  /** Takes a manifest and starts at once. The same manifest again answers the lease as it is. */
  accept(tenant: Address, manifest: Manifest): Promise<LeaseStatus>
  /** Throws `lease.not-found` for a lease that is not this tenant's. */
  status(tenant: Address, leaseId: Hex): Promise<LeaseStatus>
  list(tenant: Address): Promise<LeaseStatus[]>
  /** The status now, then each change, until the end. */
  events(tenant: Address, leaseId: Hex, signal: AbortSignal): AsyncGenerator<LeaseStatus>
  /** The runner of a live lease of this tenant. Throws `lease.not-found` or `lease.closed`. */
  live(tenant: Address, leaseId: Hex): Promise<LeaseRunner>
  /** Every live lease, whoever's. */
  all(): LeaseRunner[]
  find(leaseId: Hex): LeaseRunner | undefined
  /** Takes a lease up again after a restart; settles when it is known what was served of it until then. */
  resume(record: LeaseRecord, found: Found): Promise<void>
  /** Looks after nothing any more; what runs runs on. */
  leave(): Promise<void>
  /** Ends every lease and settles when all have. */
  endAll(cause: EndCause): Promise<void>
}

type Listener = (status: LeaseStatus) => void

export function createLeases(parts: LeasesParts): Leases {
  const { journal, holdings, log, now, owner } = parts
  const runners = new Map<Hex, LeaseRunner>()
  const listeners = new Map<Hex, Set<Listener>>()
  const accepting = new Map<Hex, Promise<LeaseStatus>>()

  /** No lease comes any more. */
  let ending = false

  /** What the next lease would otherwise wait for, once this one doesn't. */
  function readyForNext(): void {
    if (ending) return
    parts.runtime
      .prepare(owner)
      .catch((err: unknown) => log.warn({ err }, 'nothing is kept ready for the next lease'))
  }

  function run(record: LeaseRecord, found: Found): LeaseRunner {
    let opened = false
    const runner = runLease(record, found, {
      ...parts,
      ledger: parts.ledgerOf(record),
      release: (leaseId) => {
        holdings.release(leaseId)
        parts.onChange()
      },
      publish: ({ leaseId, status }) => {
        for (const tell of listeners.get(leaseId) ?? []) tell(status)
        if (status.phase !== 'active' || opened) return
        opened = true
        readyForNext()
      },
    })
    runners.set(record.leaseId, runner)
    void runner.done.then(() => {
      if (isEnded(runner.record.status.phase)) {
        runners.delete(record.leaseId)
        parts.leaveLedger(record)
        readyForNext()
      }
      parts.onChange()
    })
    parts.onChange()
    return runner
  }

  /** A tenant who signs a settlement takes off what was not served up to this moment. */
  function statusNow(runner: LeaseRunner): LeaseStatus {
    const { status } = runner.record
    const creditSeconds = Math.max(status.creditSeconds ?? 0, runner.downtimeSeconds())
    return creditSeconds === 0 ? status : { ...status, creditSeconds }
  }

  async function known(tenant: Address, leaseId: Hex): Promise<LeaseStatus> {
    const status = runners.get(leaseId)?.record.status ?? (await journal.lease(leaseId))?.status
    // Somebody else's lease is as unknown as one that never was.
    if (status === undefined || status.tenant !== tenant) throw notFound(leaseId)
    return status
  }

  async function take(tenant: Address, manifest: Manifest, leaseId: Hex): Promise<LeaseStatus> {
    const allocation = holdings.reservation(leaseId)
    if (allocation === undefined) {
      if (runners.has(leaseId) || (await journal.lease(leaseId)) !== undefined)
        return await known(tenant, leaseId)
      throw new SubletError('bid.expired', 'The reservation for this bid has lapsed.', {
        hint: 'Order again and send the manifest at once.',
      })
    }
    const { agreement, tenantSignature, providerSignature } = manifest
    checkManifest(manifest, {
      provider: owner.provider,
      tenant,
      token: parts.token,
      allocation,
      isolations: parts.runtime.isolations,
      voucherLeastIntervalSeconds: parts.voucherLeastIntervalSeconds,
      now: Math.floor(now() / 1000),
    })
    const record: LeaseRecord = {
      leaseId,
      agreement,
      tenantSignature,
      providerSignature,
      allocation,
      manifest,
      status: firstStatus(leaseId, manifest, now()),
    }
    const unpin = holdings.pin(leaseId)
    try {
      // The escrow itself says whether it would open now: both signatures, contracts' too, the balance, the salt.
      await parts.ledgerOf(record).checkOpening(agreement, tenantSignature, providerSignature)
      if (!(await journal.addLease(record))) {
        // The lease of this salt has ended already, and nothing will come of the reservation.
        unpin()
        if (!runners.has(leaseId)) parts.leaveLedger(record)
        return await known(tenant, leaseId)
      }
    } catch (error) {
      unpin()
      parts.leaveLedger(record)
      throw error
    }
    holdings.lease(leaseId, allocation)
    parts.note(leaseId, { reason: 'matched', message: 'Both sides have signed, and the manifest is here.' })
    return run(record, { instances: [], lastSeenMs: undefined }).record.status
  }

  return {
    async accept(tenant, manifest) {
      const leaseId = leaseIdOf(manifest.agreement.tenant, manifest.agreement.salt)
      const running = accepting.get(leaseId)
      if (running !== undefined) await running.catch(() => undefined)
      const taken = take(tenant, manifest, leaseId).finally(() => accepting.delete(leaseId))
      accepting.set(leaseId, taken)
      return await taken
    },

    async status(tenant, leaseId) {
      const status = await known(tenant, leaseId)
      const runner = runners.get(leaseId)
      return runner === undefined ? status : statusNow(runner)
    },

    async list(tenant) {
      const ended = await journal.endedLeases(tenant, listedEnded)
      const live = [...runners.values()].map(statusNow).filter((status) => status.tenant === tenant)
      const ids = new Set(live.map(({ leaseId }) => leaseId))
      return [...live, ...ended.filter(({ leaseId }) => !ids.has(leaseId))]
    },

    async *events(tenant, leaseId, signal) {
      const first = await known(tenant, leaseId)
      const queue: LeaseStatus[] = [first]
      let wake: () => void = () => {}
      const tell: Listener = (status) => {
        // Only the newest word on progress counts; a slow reader needs no history of it.
        const last = queue.at(-1)
        if (last !== undefined && last.phase === status.phase && queue.length > 1) queue.pop()
        queue.push(status)
        wake()
      }
      const set = listeners.get(leaseId) ?? new Set()
      listeners.set(leaseId, set.add(tell))
      const onAbort = () => wake()
      signal.addEventListener('abort', onAbort, { once: true })
      try {
        // It may have changed between the first look and the listening.
        const second = await known(tenant, leaseId)
        if (second !== first) queue.push(second)
        while (!signal.aborted) {
          const status = queue.shift()
          if (status === undefined) {
            await new Promise<void>((resolve) => {
              wake = resolve
              if (queue.length > 0 || signal.aborted) resolve()
            })
            continue
          }
          yield status
          if (isEnded(status.phase)) return
        }
      } finally {
        signal.removeEventListener('abort', onAbort)
        set.delete(tell)
        if (set.size === 0) listeners.delete(leaseId)
      }
    },

    async live(tenant, leaseId) {
      await known(tenant, leaseId)
      const runner = runners.get(leaseId)
      if (runner !== undefined) return runner
      throw new SubletError('lease.closed', 'The lease has ended.', {
        hint: 'Its last lines are in its status.',
        details: { leaseId },
      })
    },

    all: () => [...runners.values()],
    find: (leaseId) => runners.get(leaseId),
    resume: (record, found) => run(record, found).recalled,

    async leave() {
      ending = true
      await Promise.all([...runners.values()].map((runner) => runner.leave()))
    },

    async endAll(cause) {
      ending = true
      for (const runner of runners.values()) runner.end(cause)
      await Promise.all([...runners.values()].map(({ done }) => done))
    },
  }

  function notFound(leaseId: Hex): SubletError {
    log.debug({ leaseId }, 'asked for a lease that is not there')
    return new SubletError('lease.not-found', `There is no lease ${leaseId} of this tenant here.`, {
      details: { leaseId },
    })
  }
}

const listedEnded = 200

function firstStatus(leaseId: Hex, { agreement, deployment, group }: Manifest, nowMs: number): LeaseStatus {
  return {
    leaseId,
    tenant: agreement.tenant,
    provider: agreement.provider,
    deployment,
    phase: 'accepted',
    message: 'Accepted.',
    ratePerHour: agreement.ratePerHour,
    deposit: agreement.deposit,
    services: group.services.map(({ name, replicas, image }) => ({
      name,
      replicas,
      ready: 0,
      restarts: 0,
      image,
    })),
    endpoints: [],
    phaseAtMs: { accepted: nowMs },
  }
}
