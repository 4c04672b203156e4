import type { Service } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { Exit, Instance, Runtime } from '../runtime/runtime.ts'
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
  onStarted: (startedAtMs: number) => Promise<void>
  onEnded: (endedAtMs: number, exitCode: number) => Promise<void>
}

export interface ReplicaKeeper {
  readonly state: ReplicaState
  /** Keeps the replica running until it has ended for good or the signal aborts. Never rejects on the latter. */
  keep(existing?: Instance): Promise<void>
}

/** Most workloads answer within seconds, and each pause may come on top of what they took: short ones first. */
const firstPauseMs = 15
const firstRounds = 150
const laterPauseMs = 250
/** A command is a process each time. */
const commandPauseMs = 150
const probeTimeoutMs = 2_000
/** A service without anything to ask is ready when it has stayed up this long. */
const upLongEnoughMs = 200

/** Runs one replica: starts it, finds out when it is ready, watches over it, starts it again as its policy says. */
export function createReplicaKeeper(options: KeeperOptions): ReplicaKeeper {
  const { service, replica, runtime, log, now, sleep, signal, onChange } = options
  const state: ReplicaState = { replica, instanceId: undefined, ready: false, restarts: 0, ended: undefined }
  let crashesInRow = 0

  const patient = <T>(call: () => Promise<T>) =>
    patiently(
      {
        sleep,
        signal,
        onWait: (err) => log.warn({ err, service: service.name, replica }, 'waiting for the runtime'),
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

  async function exitOf(id: string): Promise<Exit> {
    return await patient(async () => {
      const seen = await runtime.inspect(id)
      // Removed by somebody's hand: to the lease that is a kill.
      if (seen === undefined) return { exitCode: 137, outOfMemory: false }
      if (seen.state === 'exited') return { exitCode: seen.exitCode ?? 137, outOfMemory: seen.outOfMemory }
      return await runtime.wait(id, signal)
    })
  }

  async function untilReady(id: string, gone: AbortSignal): Promise<void> {
    if (service.job !== undefined) return
    const probes = readinessProbes(service)
    if (probes.length === 0) return await sleep(upLongEnoughMs, gone)
    const firstMs = probes.some(({ kind }) => kind === 'command') ? commandPauseMs : firstPauseMs
    for (let round = 0; !gone.aborted; round += 1) {
      const answers = await Promise.all(
        probes.map((probe) => passes(runtime, id, probe, service.health?.timeoutMs ?? probeTimeoutMs)),
      )
      if (answers.every(Boolean)) return
      await sleep(round < firstRounds ? firstMs : laterPauseMs, gone)
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
  async function watch(id: string): Promise<Exit> {
    const gone = new AbortController()
    const stop = () => gone.abort(new Error('gone'))
    signal.addEventListener('abort', stop, { once: true })
    const exited = exitOf(id).finally(stop)
    // Aborted sleeps reject; that only means that the run is over.
    const watching = (async () => {
      await untilReady(id, gone.signal)
      if (gone.signal.aborted) return
      setReady(true)
      await untilUnhealthy(id, gone.signal)
      if (gone.signal.aborted) return
      log.info({ service: service.name, replica }, 'unhealthy, so it is stopped')
      setReady(false)
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
    if (existing?.state === 'created') id = await startAgain(existing.id)
    if (id === undefined) id = await startAnew()
    state.instanceId = id
    if (existing?.state !== 'running' && existing?.state !== 'exited') await options.onStarted(now())
    onChange()
    for (;;) {
      const startedAtMs = now()
      const exit = await watch(id)
      await options.onEnded(now(), exit.exitCode)
      crashesInRow = now() - startedAtMs >= steadyMs ? 1 : crashesInRow + 1
      const next = afterExit(service, {
        exitCode: exit.exitCode,
        restarts: state.restarts,
        crashesInRow,
        starting: options.starting(),
      })
      log.info({ service: service.name, replica, ...exit, next: next.kind }, 'instance ended')
      if (next.kind !== 'restart') {
        state.ended = { exitCode: exit.exitCode, failed: next.kind === 'failed' }
        return onChange()
      }
      await sleep(next.afterMs, signal)
      state.restarts += 1
      id = await startAgain(id)
      state.instanceId = id
      await options.onStarted(now())
      onChange()
    }
  }

  return {
    state,
    async keep(existing) {
      try {
        await run(existing)
      } catch (error) {
        if (!signal.aborted) throw error
      }
    },
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
