import type { Service } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import { faultOf } from '../metering/fault.ts'
import type { Fault, UsageState } from '../metering/usage-span.ts'
import type { Exit, Instance, Runtime } from '../runtime/runtime.ts'
import type { NotedEvent } from '../timeline/lease-timeline.ts'
import { afterExit, steadyMs } from './after-exit.ts'
import { patiently, type Sleep } from './patience.ts'
import { livenessProbes, passes, readinessProbes } from './probe.ts'

/** One replica as it is now. */
export interface ReplicaState {
  replica: number
  instanceId: string | undefined
  ready: boolean
  restarts: number
  /** Set once it has ended for good. */
  ended: { exitCode: number; failed: boolean } | undefined
}

export interface KeeperOptions {
  service: Service
  replica: number
  runtime: Runtime
  log: Log
  now: () => number
  sleep: Sleep
  /** Ends the keeping; instances stay as they are. */
  signal: AbortSignal
  /** The lease is not open yet. */
  starting: () => boolean
  /** Makes the instance anew; answers its id. */
  create: () => Promise<string>
  /** Something of the state changed. */
  onChange: () => void
  note: (event: NotedEvent) => void
  /** The replica does something else from now on, or from `atMs`. */
  entered: (state: UsageState, more?: { atMs?: number; fault?: Fault; exitCode?: number }) => void
  /** Nobody sees what it does from now on, as the engine is away, or somebody does again. */
  watched: (isWatched: boolean) => void
  /** It has ended for good. */
  over: (atMs: number, exitCode: number) => void
  /** It has ended, perhaps to be started again. */
  onEnded: () => Promise<void>
}

export interface ReplicaKeeper {
  readonly state: ReplicaState
  /** Keeps the replica running until it has ended for good or the signal aborts. Never rejects on the latter. */
  keep(existing?: Instance): Promise<void>
  /** Its end, when it comes, is what the workload's own plan asked for. */
  expectEnd(): void
}

interface Ended extends Exit {
  atMs: number
}

/** A pause may come on top of what the workload took to get ready, so it is this share of the time it has had. */
const pauseShare = 1 / 50
const shortestPauseMs = 4
const longestPauseMs = 250
/** A command is a process each time. */
const shortestCommandPauseMs = 150
const probeTimeoutMs = 2_000
/** Before a replica that cannot be made is tried again. */
const afterFailureMs = 5_000
/** A service without anything to ask is ready when it has stayed up this long. */
const upLongEnoughMs = 200

/** Runs one replica: starts it, finds out when it is ready, watches over it, starts it again as its policy says. */
export function createReplicaKeeper(options: KeeperOptions): ReplicaKeeper {
  const { service, replica, runtime, log, now, sleep, signal, onChange } = options
  const state: ReplicaState = { replica, instanceId: undefined, ready: false, restarts: 0, ended: undefined }
  let crashesInRow = 0
  const who = service.replicas === 1 ? service.name : `${service.name}/${replica}`

  function note(event: Omit<NotedEvent, 'service' | 'replica'>): void {
    options.note({ ...event, service: service.name, replica })
  }
  /** The engine was away since the last start, or the replica was found after a restart of the provider. */
  let unwatched = false
  /** It was stopped because of its own check. */
  let asked = false

  const patient = <T>(call: () => Promise<T>) =>
    patiently(
      {
        sleep,
        signal,
        onWait: (err) => {
          unwatched = true
          options.watched(false)
          log.warn({ err, service: service.name, replica }, 'waiting for the runtime')
        },
      },
      call,
    )

  function setReady(ready: boolean): void {
    if (state.ready === ready) return
    state.ready = ready
    onChange()
  }

  async function startAnew(): Promise<string> {
    return await patient(async () => {
      const id = await options.create()
      await runtime.start(id)
      return id
    })
  }

  /** The same instance again, so that its output goes on; a new one where that can't be. */
  async function startAgain(id: string): Promise<string> {
    return await patient(async () => {
      try {
        await runtime.start(id)
        return id
      } catch (error) {
        if ((await runtime.inspect(id))?.state === 'running') return id
        log.debug({ err: error, service: service.name }, 'made anew, as it does not start again')
        const made = await options.create()
        await runtime.start(made)
        return made
      }
    })
  }

  async function exitOf(id: string): Promise<Ended> {
    const sinceMs = now()
    return await patient(async () => {
      const seen = await runtime.inspect(id)
      options.watched(true)
      // Removed by somebody's hand: to the lease that is a kill.
      if (seen === undefined) return { exitCode: 137, outOfMemory: false, killed: true, atMs: now() }
      const exit = await runtime.wait(id, signal)
      // When it ended, not when somebody was told: on a busy machine seconds lie between.
      const { finishedAtMs = now() } = (await runtime.inspect(id)) ?? {}
      const earliestMs = seen.state === 'running' ? sinceMs : 0
      return { ...exit, atMs: Math.min(Math.max(finishedAtMs, earliestMs), now()) }
    })
  }

  async function untilReady(id: string, gone: AbortSignal): Promise<void> {
    if (service.job !== undefined) return
    const probes = readinessProbes(service)
    if (probes.length === 0) return await sleep(upLongEnoughMs, gone)
    const leastMs = probes.some(({ kind }) => kind === 'command') ? shortestCommandPauseMs : shortestPauseMs
    const sinceMs = now()
    while (!gone.aborted) {
      const answers = await Promise.all(
        probes.map((probe) => passes(runtime, id, probe, service.health?.timeoutMs ?? probeTimeoutMs)),
      )
      if (answers.every(Boolean)) return
      await sleep(Math.min(Math.max(leastMs, (now() - sinceMs) * pauseShare), longestPauseMs), gone)
    }
  }

  /** Settles when the service's own check has failed too often in a row. */
  async function untilUnhealthy(id: string, gone: AbortSignal): Promise<void> {
    const probes = livenessProbes(service.health)
    const { intervalMs = 0, timeoutMs = 0, retries = 1 } = service.health ?? {}
    let failures = 0
    while (!gone.aborted) {
      if (probes.length === 0) return await untilAborted(gone)
      await sleep(intervalMs, gone)
      const answers = await Promise.all(probes.map((probe) => passes(runtime, id, probe, timeoutMs)))
      failures = answers.every(Boolean) ? 0 : failures + 1
      if (failures >= retries) return
    }
  }

  /** Watches one run of the instance to its end. */
  async function watch(id: string): Promise<Ended> {
    const gone = new AbortController()
    const stop = () => gone.abort(new Error('gone'))
    signal.addEventListener('abort', stop, { once: true })
    const exited = exitOf(id).finally(stop)
    // Aborted sleeps reject; that only means that the run is over.
    const watching = (async () => {
      await untilReady(id, gone.signal)
      if (gone.signal.aborted) return
      setReady(true)
      if (service.job === undefined) note({ reason: 'healthy', message: `${who} is ready.` })
      options.entered('serving')
      await untilUnhealthy(id, gone.signal)
      if (gone.signal.aborted) return
      log.info({ service: service.name, replica }, 'unhealthy, so it is stopped')
      setReady(false)
      note({ reason: 'unhealthy', message: `${who} failed its health check too often and is stopped.` })
      asked = true
      options.entered('unready', { fault: 'workload' })
      await patient(() => runtime.stop(id, service.stopGraceMs))
    })().catch((error: unknown) => {
      if (!gone.signal.aborted) throw error
    })
    try {
      const [exit] = await Promise.all([exited, watching])
      return exit
    } finally {
      signal.removeEventListener('abort', stop)
      setReady(false)
    }
  }

  async function run(existing: Instance | undefined): Promise<void> {
    let id = existing?.id
    unwatched = existing !== undefined
    if (existing === undefined || existing.state === 'created') options.entered('starting')
    if (existing?.state === 'created') id = await startAgain(existing.id)
    if (id === undefined) id = await startAnew()
    state.instanceId = id
    if (existing?.state !== 'running' && existing?.state !== 'exited') {
      note({ reason: 'started', message: `${who} has started.` })
    }
    onChange()
    for (;;) {
      const startedAtMs = now()
      const { atMs, ...exit } = await watch(id)
      const fault = faultOf({ ...exit, asked, unwatched })
      options.entered('down', { atMs, fault, exitCode: exit.exitCode })
      asked = false
      unwatched = false
      await options.onEnded()
      note(exitEvent(who, exit, service.job !== undefined))
      crashesInRow = now() - startedAtMs >= steadyMs ? 1 : crashesInRow + 1
      const next = afterExit(service, {
        exitCode: exit.exitCode,
        restarts: state.restarts,
        crashesInRow,
        starting: options.starting(),
      })
      log.info({ service: service.name, replica, ...exit, fault, next: next.kind }, 'instance ended')
      if (next.kind !== 'restart') {
        const failed = next.kind === 'failed'
        // What was taken from the tenant stays owed until the lease ends.
        if (!failed || fault === 'workload') options.over(atMs, exit.exitCode)
        state.ended = { exitCode: exit.exitCode, failed }
        return onChange()
      }
      await sleep(next.afterMs, signal)
      state.restarts += 1
      options.entered('starting')
      id = await startAgain(id)
      state.instanceId = id
      note({ reason: 'restarted', message: `${who} was started again, for the ${nth(state.restarts)} time.` })
      onChange()
    }
  }

  return {
    state,
    expectEnd() {
      asked = true
    },
    async keep(existing) {
      for (let found = existing; !signal.aborted; found = undefined) {
        try {
          return await run(found)
        } catch (error) {
          if (signal.aborted) return
          // Before the lease is open, somebody else may do better; afterwards it is owed to the tenant.
          if (options.starting()) throw error
          log.warn({ err: error, service: service.name, replica }, 'cannot be run; tried again soon')
          options.entered('down', { fault: 'provider' })
          setReady(false)
          await sleep(afterFailureMs, signal).catch(() => undefined)
        }
      }
    },
  }
}

function exitEvent(who: string, { exitCode, outOfMemory }: Exit, isJob: boolean): NotedEvent {
  if (outOfMemory) return { reason: 'out-of-memory', message: `${who} ran out of memory.`, exitCode }
  const reason = isJob && exitCode === 0 ? 'completed' : 'exited'
  return { reason, message: `${who} ended with exit code ${exitCode}.`, exitCode }
}

function nth(count: number): string {
  const word = new Intl.PluralRules('en', { type: 'ordinal' }).select(count)
  return `${count}${{ one: 'st', two: 'nd', few: 'rd' }[word as string] ?? 'th'}`
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
