import {
  type Hex,
  isEnded,
  type LeasePhase,
  type LeaseStatus,
  type Manifest,
  SubletError,
} from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { LeaseChain } from '../chain/lease-chain.ts'
import type { Journal } from '../journal/journal.ts'
import type { Instance, Owner, Runtime } from '../runtime/runtime.ts'
import { bringUp, type Running } from './bring-up.ts'
import { type EndCause, endOf, pickLate } from './end-cause.ts'
import { progressOf } from './group-progress.ts'
import { lastLines } from './last-lines.ts'
import type { LeaseRecord } from './lease-record.ts'
import { openOnChain } from './open-on-chain.ts'
import { patiently, type Sleep } from './patience.ts'
import { resultsOf, statusOfServices } from './service-status.ts'
import { isTooEarly, moneyEndsAt, nextClosingStep } from './settle-lease.ts'

export interface RunnerParts {
  owner: Owner
  runtime: Runtime
  chain: LeaseChain
  journal: Pick<Journal, 'saveLease' | 'beginUsage' | 'endUsage'>
  log: Log
  now: () => number
  sleep: Sleep
  settleGraceSeconds: number
  /** The record changed and is on the disk, or only its message did. */
  publish: (record: LeaseRecord) => void
  /** What the lease held of the machine is free again. */
  release: (leaseId: Hex) => void
  /** Its public ports may be reached from now on; answers where. */
  openRoutes: (record: LeaseRecord) => Promise<LeaseStatus['endpoints']>
  closeRoutes: (leaseId: Hex) => Promise<void>
  publicHosts: (record: LeaseRecord, service: string) => Readonly<Record<string, string>>
  ingressDomain: string
}

export interface LeaseRunner {
  readonly record: LeaseRecord
  /** Instances of a service that run now, the ready ones first. */
  instances(service: string): { id: string; replica: number; ready: boolean }[]
  /** Instances whose output can be read, ended ones too. */
  outputs(): { id: string; service: string; replica: number; over: boolean }[]
  /** Keeps the output from being removed until the reader is through, within reason. */
  reading(through: Promise<void>): void
  /** Ends the lease. A later call may bring the settlement that an earlier one lacked. */
  end(cause: EndCause): void
  /** Something happened to the lease on chain. */
  nudge(): void
  /** Stops looking after it; what runs runs on. */
  leave(): Promise<void>
  /** Settles when the lease has ended or was left. */
  done: Promise<void>
}

/** Carries one lease from its phase in the journal to its end. `found` are its instances from before a restart. */
export function runLease(start: LeaseRecord, found: readonly Instance[], parts: RunnerParts): LeaseRunner {
  const { runtime, chain, journal, now, sleep, log: parentLog } = parts
  const log = parentLog.child({ leaseId: start.leaseId })
  let record = start
  let running: Running | undefined
  let cause: EndCause | undefined
  const leaving = new AbortController()
  /** Aborts what belongs to serving: bringing up and keeping. */
  const serving = new AbortController()
  leaving.signal.addEventListener('abort', () => serving.abort(leaving.signal.reason), { once: true })
  let hear: () => void = () => {}
  let heard = new Promise<void>((resolve) => {
    hear = resolve
  })

  const readers = new Set<Promise<void>>()
  let writes: Promise<unknown> = Promise.resolve()
  const patience = {
    sleep,
    signal: leaving.signal,
    onWait: (err: unknown) => log.warn({ err }, 'waiting, because something cannot be reached'),
  }

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

  const serviceStatuses = () =>
    statusOfServices(manifestOf().group.services, (name) => running?.statesOf(name) ?? [])

  /** Not ready: nothing was charged and nothing stays. */
  async function lapse({ reason, message, exitCode }: EndCause): Promise<void> {
    const lastLogLines = await lastLines(runtime, running?.instanceIds() ?? [])
    serving.abort(new Error('lapsed'))
    const services = serviceStatuses()
    await stopAll()
    await clearAway()
    await move('lapsed', {
      message,
      endReason: reason,
      services,
      endpoints: [],
      ...(lastLogLines.length === 0 ? {} : { lastLogLines }),
      ...(exitCode === undefined ? {} : { exitCode }),
    })
  }

  async function mine(): Promise<Instance[]> {
    return (await runtime.list(parts.owner)).filter(({ owner }) => owner.leaseId === record.leaseId)
  }

  /** Stops every part of the lease and gives its share of the machine back. Output can be read still. */
  async function stopAll(): Promise<void> {
    await patiently(patience, async () => {
      await parts.closeRoutes(record.leaseId)
      const graces = new Map(manifestOf().group.services.map(({ name, stopGraceMs }) => [name, stopGraceMs]))
      await Promise.all(
        (await mine()).map(async ({ id, owner, state }) => {
          if (state === 'running') await runtime.stop(id, graces.get(owner.service) ?? 10_000)
        }),
      )
    })
    parts.release(record.leaseId)
  }

  /** Removes every part of the lease but kept volumes, once those who read its output are through. */
  async function clearAway(): Promise<void> {
    await Promise.race([Promise.all(readers), sleep(readersGraceMs, leaving.signal)])
    await patiently(patience, async () => {
      await Promise.all((await mine()).map(({ id }) => runtime.remove(id)))
      await runtime.removeLease(parts.owner, record.leaseId)
      for (const { name, owner } of await runtime.volumes(parts.owner)) {
        if (owner.deployment === record.leaseId) await runtime.removeVolume(name)
      }
    })
  }

  /** Serves until something ends the lease. */
  async function serve(): Promise<EndCause> {
    for (;;) {
      if (cause !== undefined) return cause
      const state = await patiently(patience, () => chain.lease(record.leaseId))
      if (state.status === 'closed')
        return { reason: 'tenant-closed', message: 'The lease was closed on chain.' }
      const services = serviceStatuses()
      if (JSON.stringify(services) !== JSON.stringify(record.status.services)) await save({ services })
      const progress = progressOf(manifestOf().group.services, running?.progress() ?? new Map())
      if (progress.finished !== undefined) return endOf(progress.finished)
      const endsAtMs = moneyEndsAt({ agreement: record.agreement, chain: state }) * 1000
      if (now() >= endsAtMs) return fundsEnd(state.openedAt)
      // `heard` is taken before anything is awaited on it, so no word is lost.
      // A word that comes first ends the waiting too, so that no timer outlives the lease.
      const heardFirst = new AbortController()
      const overslept = sleep(
        Math.min(endsAtMs - now(), longestSleepMs),
        AbortSignal.any([leaving.signal, heardFirst.signal]),
      ).catch(() => undefined)
      await Promise.race([heard, overslept])
      heardFirst.abort()
      leaving.signal.throwIfAborted()
    }
  }

  function fundsEnd(openedAt: number): EndCause {
    const { maxDuration } = record.agreement
    return maxDuration !== 0 && now() >= (openedAt + maxDuration) * 1000
      ? { reason: 'duration-ended', message: 'The lease has run for as long as was agreed.' }
      : { reason: 'funds-ended', message: 'The money set aside for the lease is used up.' }
  }

  async function closeDown(end: EndCause): Promise<void> {
    if (record.status.phase !== 'closing') {
      const lastLogLines = await lastLines(runtime, running?.instanceIds() ?? []).catch(() => [])
      await move('closing', {
        message: end.message,
        endReason: end.reason,
        services: serviceStatuses(),
        ...resultsOf(running?.results() ?? new Map()),
        ...(lastLogLines.length === 0 ? {} : { lastLogLines }),
        ...(end.exitCode === undefined ? {} : { exitCode: end.exitCode }),
      })
    }
    serving.abort(new Error('closing'))
    await stopAll()
    await settle()
    await clearAway()
    const settlement = await patiently(patience, () => chain.settlement(record.leaseId))
    await move('closed', {
      endpoints: [],
      ...(settlement === undefined
        ? {}
        : { paid: settlement.paid, refunded: settlement.refunded, closeTransaction: settlement.transaction }),
    })
  }

  async function settle(): Promise<void> {
    const closingMs = record.status.phaseAtMs.closing ?? now()
    for (;;) {
      const word = heard
      const state = await patiently(patience, () => chain.lease(record.leaseId))
      const step = nextClosingStep({
        agreement: record.agreement,
        chain: state,
        stoppedAt: Math.floor(closingMs / 1000),
        closingSince: Math.floor(closingMs / 1000),
        now: Math.floor(now() / 1000),
        settlement: cause?.settlement,
        settleGraceSeconds: parts.settleGraceSeconds,
        breakOff: cause?.breakOff ?? false,
      })
      if (step.kind === 'done' || step.kind === 'never-opened') return
      if (step.kind === 'wait') {
        const pauseMs = Math.max(250, step.untilSeconds * 1000 - now())
        await Promise.race([word, sleep(Math.min(pauseMs, longestSleepMs), leaving.signal)])
        leaving.signal.throwIfAborted()
        continue
      }
      log.info({ step: step.kind }, 'settling')
      try {
        if (step.kind === 'close') await chain.close(record.agreement)
        if (step.kind === 'give-notice') await chain.giveNotice(record.agreement)
        if (step.kind === 'credit') await chain.credit(record.agreement, step.creditSeconds)
        if (step.kind === 'settle' && cause?.settlement !== undefined) {
          await chain.settle(record.agreement, step.amount, cause.settlement.tenantSignature)
        }
      } catch (error) {
        // Whatever it was, the chain is asked again before anything else is tried.
        log.warn({ err: error, step: step.kind }, 'the chain did not take a step')
        if (step.kind === 'settle' && !isTooEarly(error) && cause !== undefined) {
          const { settlement: _refused, ...rest } = cause
          cause = rest
        }
        await sleep(retryMs, leaving.signal)
      }
    }
  }

  async function main(): Promise<void> {
    const before: LeasePhase[] = ['accepted', 'pulling', 'starting', 'opening']
    if (record.status.phase !== 'closing') {
      if (record.status.phase === 'opening') await recallOpening()
      const wasActive = record.status.phase === 'active'
      running = bringUp({
        record,
        found,
        ...parts,
        log,
        signal: serving.signal,
        starting: () => before.includes(record.status.phase),
        publicHosts: (service) => parts.publicHosts(start, service),
        announce,
        move,
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
          log,
          signal: leaving.signal,
          record: () => record,
          announce,
          move,
        })
        if (refused !== undefined) return await lapse(refused)
      } else {
        running.ready.catch(() => undefined)
        await parts.openRoutes(record)
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
    const state = await patiently(patience, () => chain.lease(record.leaseId))
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

  const done = main().catch((error: unknown) => {
    if (leaving.signal.aborted) return
    log.error({ err: error }, 'the lease is left as it is until the next start')
  })

  return {
    get record() {
      return record
    },
    instances: (service) => running?.instancesOf(service) ?? [],
    outputs: () => running?.outputs() ?? [],
    reading(through) {
      const settled = through.catch(() => undefined)
      readers.add(settled)
      void settled.then(() => readers.delete(settled))
    },
    end(next) {
      if (isEnded(record.status.phase)) return
      cause = cause === undefined ? next : { ...cause, ...pickLate(next) }
      nudge()
    },
    nudge,
    async leave() {
      leaving.abort(new Error('left'))
      nudge()
      await done
    },
    done,
  }
}

function isPreparing(phase: LeasePhase): boolean {
  return phase === 'pulling' || phase === 'starting'
}

const retryMs = 1_000
/** How long those who follow the output may take to read its rest before it is removed. */
const readersGraceMs = 5_000
/** Chain and workload are looked at again at least this often, whatever is heard. */
const longestSleepMs = 30_000
