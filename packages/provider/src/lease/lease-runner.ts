import {
  type Hex,
  instantWords,
  isEnded,
  isPaidByVouchers,
  type LeasePhase,
  type LeaseStatus,
  type Manifest,
  SubletError,
  type VoucherState,
} from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { Fetches } from '../fetch/fetches.ts'
import type { ImageUses } from '../image/image-uses.ts'
import type { TenantImages } from '../image/tenant-images.ts'
import type { Journal } from '../journal/journal.ts'
import { createUsageBook } from '../metering/usage-book.ts'
import type { Instance, Owner, Runtime } from '../runtime/runtime.ts'
import { type NotedEvent, phaseReasons } from '../timeline/lease-timeline.ts'
import type { Volumes } from '../volume/volumes.ts'
import { bringUp, type Running } from './bring-up.ts'
import { createLeaseClearing } from './clear-lease.ts'
import { type EndCause, pickLate } from './end-cause.ts'
import { progressOf } from './group-progress.ts'
import { lastLines } from './last-lines.ts'
import type { LeaseLedger, LeaseSettlement } from './lease-ledger.ts'
import type { LeaseRecord } from './lease-record.ts'
import { openOnChain } from './open-on-chain.ts'
import { patiently, type Sleep } from './patience.ts'
import { serveUntilEnd } from './serve-lease.ts'
import { resultsOf, statusOfServices } from './service-status.ts'

export interface RunnerParts {
  owner: Owner
  runtime: Runtime
  /** Who keeps the lease's money. */
  ledger: LeaseLedger
  journal: Pick<Journal, 'saveLease' | 'changeUsage' | 'usageOf'>
  fetches: Fetches
  imageUses: Pick<ImageUses, 'note'>
  volumes: Pick<Volumes, 'settled'>
  images: TenantImages
  log: Log
  now: () => number
  sleep: Sleep
  settleGraceSeconds: number
  /** When own downtime is credited while a lease runs, seconds. */
  crediting: { leastSeconds: number; everySeconds: number }
  /** The record changed and is on the disk, or only its message did. */
  publish: (record: LeaseRecord) => void
  /** Something happened that the tenant may want to know. */
  note: (leaseId: Hex, event: NotedEvent) => void
  /** What the lease held of the machine is free again. */
  release: (leaseId: Hex) => void
  /** Its public ports may be reached from now on; answers where. */
  openRoutes: (record: LeaseRecord) => Promise<LeaseStatus['endpoints']>
  closeRoutes: (leaseId: Hex) => Promise<void>
  publicHosts: (record: LeaseRecord, service: string) => Readonly<Record<string, string>>
  ingressDomain: string
  /** The longest from the images being here until all is ready, seconds. */
  mostReadySeconds: number
}

/** What of a lease is there when its running begins. */
export interface Found {
  instances: readonly Instance[]
  /** When it was last looked after, milliseconds since 1970; undefined for a new lease. */
  lastSeenMs: number | undefined
}

export interface LeaseRunner {
  readonly record: LeaseRecord
  readonly ledger: LeaseLedger
  /** Something unforeseen stopped the looking after; the lease stands. */
  readonly hasGivenUp: boolean
  /** Seconds of the provider's own downtime so far, which nobody pays. */
  downtimeSeconds(): number
  /** Instances of a service that run now, the ready ones first. */
  instances(service: string): { id: string; replica: number; ready: boolean }[]
  /** Instances whose output can be read, ended ones too. */
  outputs(): { id: string; service: string; replica: number; over: boolean }[]
  /**
   * Keeps the output from being removed until the reader is through, within reason. False when it is being removed
   * already: its last lines are in the status.
   */
  reading(through: Promise<void>): boolean
  /** Ends the lease. A later call may bring the settlement that an earlier one lacked. */
  end(cause: EndCause): void
  /** Says to the tenant when the provider will be away; undefined takes it back. */
  tellLeaving(leavesAtMs: number | undefined, reason: string): Promise<void>
  /** Says to the tenant where the payment by vouchers stands. */
  tellVoucher(voucher: VoucherState): void
  /** Its public ports are reached elsewhere than before. */
  portsMoved(): void
  /** Something happened to the lease's money. */
  nudge(): void
  /** Stops looking after it; what runs runs on. */
  leave(): Promise<void>
  /** Settles when what was journalled of it before a restart is read: until then its downtime is not known. */
  recalled: Promise<void>
  /** Settles when the lease has ended or was left. */
  done: Promise<void>
}

/** Carries one lease from its phase in the journal to its end. */
export function runLease(start: LeaseRecord, found: Found, parts: RunnerParts): LeaseRunner {
  const { runtime, ledger, journal, now, sleep, log: parentLog } = parts
  const log = parentLog.child({ leaseId: start.leaseId })
  let record = start
  let running: Running | undefined
  let cause: EndCause | undefined
  const isVoucherPaid = isPaidByVouchers(start.agreement)
  const leaving = new AbortController()
  /** Aborts what belongs to serving: bringing up and keeping. */
  const serving = new AbortController()
  /** Aborts once there is a cause to end the lease. */
  const ending = new AbortController()
  leaving.signal.addEventListener('abort', () => serving.abort(leaving.signal.reason), { once: true })
  let hear: () => void = () => {}
  let heard = new Promise<void>((resolve) => {
    hear = resolve
  })

  const note = (event: NotedEvent) => parts.note(start.leaseId, event)
  let hasGivenUp = false
  let writes: Promise<unknown> = Promise.resolve()
  const patience = {
    sleep,
    signal: leaving.signal,
    onWait: (err: unknown) => log.warn({ err }, 'waiting, because something cannot be reached'),
  }

  const clearing = createLeaseClearing({
    ...parts,
    ...patience,
    log,
    record: () => record,
    running: () => running,
  })

  const usage = createUsageBook({
    leaseId: start.leaseId,
    services: start.manifest?.group.services ?? [],
    journal,
    patiently: (call) => patiently(patience, call),
    onChange: nudge,
    onFailure: (err) => {
      if (!leaving.signal.aborted) log.warn({ err }, 'usage was not written down')
    },
  })

  function nudge(): void {
    hear()
    heard = new Promise<void>((resolve) => {
      hear = resolve
    })
  }

  /** In memory only: progress that nobody needs after a restart. */
  function announce(patch: Partial<LeaseStatus>): void {
    record = { ...record, status: { ...record.status, ...patch } }
    parts.publish(record)
  }

  /** Writes one after the other, so that an older state never comes to lie over a newer one. */
  async function write(next: LeaseRecord): Promise<void> {
    const written = writes.then(() => patiently(patience, () => journal.saveLease(next)))
    writes = written.catch(() => undefined)
    await written
  }

  async function save(patch: Partial<LeaseStatus>): Promise<void> {
    await write({ ...record, status: { ...record.status, ...patch } })
    announce(patch)
  }

  async function move(phase: LeasePhase, patch: Partial<LeaseStatus> = {}): Promise<void> {
    log.info(
      { phase, ...(patch.endReason === undefined ? {} : { endReason: patch.endReason }) },
      'lease moves',
    )
    note({ reason: phaseReasons[phase], message: patch.message ?? record.status.message })
    const changes = { ...patch, phase, phaseAtMs: { ...record.status.phaseAtMs, [phase]: now() } }
    if (!isPreparing(phase)) return await save(changes)
    // That the lease was accepted is on the disk; how far its start has come is found out anew after a crash.
    announce(changes)
    write(record).catch((err: unknown) => {
      if (!leaving.signal.aborted) log.warn({ err }, 'a step of the start was not written down')
    })
  }

  function manifestOf(): Manifest {
    if (record.manifest === undefined) throw new SubletError('internal', 'A live lease lost its manifest.')
    return record.manifest
  }

  function downtimeSeconds(): number {
    const { openedAt, phaseAtMs, creditSeconds = 0 } = record.status
    // What had ended before: its services are forgotten, its downtime was added up then.
    if (record.manifest === undefined) return creditSeconds
    if (openedAt === undefined) return 0
    return usage.downtimeSeconds(openedAt * 1000, phaseAtMs.closing ?? now())
  }

  const serviceStatuses = () =>
    statusOfServices(
      manifestOf().group.services,
      (name) => running?.statesOf(name) ?? [],
      (name) => record.status.services.find((service) => service.name === name)?.digest,
    )

  /** Not ready: nothing was charged and nothing stays. */
  async function lapse({ reason, message, exitCode }: EndCause): Promise<void> {
    const lastLogLines = await lastLines(runtime, running?.instanceIds() ?? [])
    serving.abort(new Error('lapsed'))
    usage.endAll(now())
    const services = serviceStatuses()
    await clearing.stop()
    await clearing.clear()
    await move('lapsed', {
      message,
      endReason: reason,
      services,
      endpoints: [],
      ...(lastLogLines.length === 0 ? {} : { lastLogLines }),
      ...(exitCode === undefined ? {} : { exitCode }),
    })
  }

  /** Opens the public ports, and says where they are when that is news. */
  async function lookAtPorts(): Promise<void> {
    const endpoints = await parts.openRoutes(record)
    if (JSON.stringify(endpoints) !== JSON.stringify(record.status.endpoints)) await save({ endpoints })
  }

  async function serve(): Promise<EndCause> {
    return await serveUntilEnd({
      ...parts,
      log,
      usage,
      isVoucherPaid,
      leaving: leaving.signal,
      ending: ending.signal,
      onWait: patience.onWait,
      record: () => record,
      cause: () => cause,
      word: () => heard,
      services: () => ({
        statuses: serviceStatuses(),
        progress: progressOf(manifestOf().group.services, running?.progress() ?? new Map()),
      }),
      downtimeSeconds,
      wasFound: found.lastSeenMs !== undefined,
      save,
      note,
    })
  }

  async function closeDown(end: EndCause): Promise<void> {
    if (record.status.phase !== 'closing') {
      const lastLogLines = await lastLines(runtime, running?.instanceIds() ?? []).catch(() => [])
      const creditSeconds = downtimeSeconds()
      await move('closing', {
        message: end.message,
        endReason: end.reason,
        services: serviceStatuses(),
        ...(creditSeconds === 0 ? {} : { creditSeconds }),
        ...resultsOf(running?.results() ?? new Map()),
        ...(lastLogLines.length === 0 ? {} : { lastLogLines }),
        ...(end.exitCode === undefined ? {} : { exitCode: end.exitCode }),
      })
    }
    serving.abort(new Error('closing'))
    usage.endAll(record.status.phaseAtMs.closing ?? now())
    // What nobody saw is known to be unserved only now.
    const unservedSeconds = downtimeSeconds()
    if (unservedSeconds > (record.status.creditSeconds ?? 0)) await save({ creditSeconds: unservedSeconds })
    await clearing.stop()
    const settlement = await settle()
    await clearing.clear()
    await usage.written()
    await move('closed', {
      endpoints: [],
      ...(settlement === undefined
        ? {}
        : {
            paid: settlement.paid,
            refunded: settlement.refunded,
            ...(settlement.transaction === undefined ? {} : { closeTransaction: settlement.transaction }),
          }),
    })
  }

  async function settle(): Promise<LeaseSettlement | undefined> {
    return await ledger.settle({
      ...parts,
      log,
      signal: leaving.signal,
      agreement: record.agreement,
      openedAt: record.status.openedAt ?? 0,
      closingMs: record.status.phaseAtMs.closing ?? now(),
      downtimeSeconds: downtimeSeconds(),
      cause: () => cause,
      dropSettlement() {
        if (cause === undefined) return
        const { settlement: _refused, ...rest } = cause
        cause = rest
      },
      word: () => heard,
    })
  }

  async function recall(): Promise<void> {
    if (found.lastSeenMs !== undefined) await usage.resume(found.lastSeenMs)
  }

  async function main(): Promise<void> {
    await recalled
    const before: LeasePhase[] = ['accepted', 'pulling', 'starting', 'opening']
    if (record.status.phase !== 'closing') {
      if (record.status.phase === 'opening') await recallOpening()
      const wasActive = record.status.phase === 'active'
      running = bringUp({
        ...parts,
        record,
        found: found.instances,
        usage,
        log,
        signal: serving.signal,
        starting: () => before.includes(record.status.phase),
        publicHosts: (service) => parts.publicHosts(start, service),
        announce,
        move,
        note,
        pulled: (image, digest) =>
          announce({
            services: record.status.services.map((service) =>
              service.image === image ? { ...service, digest } : service,
            ),
          }),
        onChange: () => {
          announce({ services: serviceStatuses() })
          nudge()
        },
      })
      if (!wasActive) {
        const failure = await Promise.race([running.ready, ended()])
        if (failure !== undefined) return await lapse(failure)
        const refused = await openOnChain({
          ...parts,
          chain: ledger,
          log,
          signal: leaving.signal,
          record: () => record,
          announce,
          move,
        })
        if (refused !== undefined) return await lapse(refused)
      } else {
        running.ready.catch(() => undefined)
        await lookAtPorts()
      }
      const end = await serve()
      cause ??= end
      return await closeDown(end)
    }
    cause ??= { reason: record.status.endReason ?? 'provider-closed', message: record.status.message }
    await closeDown(cause)
  }

  /** The opening may have been mined while nobody looked; then no deadline counts any more. */
  async function recallOpening(): Promise<void> {
    const state = await patiently(patience, () => ledger.lease(record.leaseId))
    if (state.status !== 'open' && state.status !== 'closed') return
    await move('active', { openedAt: state.openedAt, message: 'Running.' })
  }

  /** The cause of an end that comes while the lease is being brought up. */
  async function ended(): Promise<EndCause> {
    for (;;) {
      if (cause !== undefined) return cause
      await heard
    }
  }

  const recalled = recall()
  const done = main().catch((error: unknown) => {
    if (leaving.signal.aborted) return
    hasGivenUp = true
    serving.abort(error)
    log.error({ err: error }, 'the lease is left as it is until it is taken up again')
  })

  return {
    get record() {
      return record
    },
    ledger,
    get hasGivenUp() {
      return hasGivenUp
    },
    downtimeSeconds,
    instances: (service) => running?.instancesOf(service) ?? [],
    outputs: () => running?.outputs() ?? [],
    reading: clearing.reading,
    end(next) {
      if (isEnded(record.status.phase)) return
      cause = cause === undefined ? next : { ...cause, ...pickLate(next) }
      ending.abort(new Error('ending'))
      nudge()
    },
    async tellLeaving(leavesAtMs, reason) {
      if (record.status.phase !== 'active') return
      await save({
        leavesAtMs,
        message: leavesAtMs === undefined ? 'Running.' : leavingSentence(leavesAtMs, reason),
      })
    },
    tellVoucher(voucher) {
      if (isEnded(record.status.phase)) return
      announce({ voucher })
      nudge()
    },
    portsMoved() {
      if (record.status.phase !== 'active') return
      lookAtPorts().catch((err: unknown) => log.warn({ err }, 'where the ports are was not written down'))
    },
    nudge,
    async leave() {
      leaving.abort(new Error('left'))
      nudge()
      await done
    },
    recalled: recalled.catch(() => undefined),
    done,
  }
}

function leavingSentence(leavesAtMs: number, reason: string): string {
  return `Running until ${instantWords(leavesAtMs)}, when the provider will be away: ${reason}`
}

function isPreparing(phase: LeasePhase): boolean {
  return phase === 'pulling' || phase === 'starting'
}
