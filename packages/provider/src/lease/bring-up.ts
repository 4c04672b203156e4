import {
  createResultCollector,
  isSubletError,
  type LeasePhase,
  type LeaseStatus,
  type Manifest,
  resolveLate,
  type Service,
  SubletError,
} from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { Journal } from '../journal/journal.ts'
import type { Instance, Owner, Runtime } from '../runtime/runtime.ts'
import { providerVersion } from '../version.ts'
import type { EndCause } from './end-cause.ts'
import { type GroupState, progressOf, type ReplicaProgress } from './group-progress.ts'
import { planInstance, volumesOf } from './instance-plan.ts'
import type { LeaseRecord } from './lease-record.ts'
import { patiently, type Sleep } from './patience.ts'
import { createReplicaKeeper, type ReplicaKeeper, type ReplicaState } from './service-keeper.ts'

export interface BringUpParts {
  record: LeaseRecord
  found: readonly Instance[]
  owner: Owner
  runtime: Runtime
  journal: Pick<Journal, 'beginUsage' | 'endUsage'>
  log: Log
  now: () => number
  sleep: Sleep
  /** Ends the keeping; instances stay. */
  signal: AbortSignal
  starting: () => boolean
  announce: (patch: Partial<LeaseStatus>) => void
  move: (phase: LeasePhase, patch?: Partial<LeaseStatus>) => Promise<void>
  onChange: () => void
  /** Where public ports are reached: host by container port, for a service. */
  publicHosts: (service: string) => Readonly<Record<string, string>>
  ingressDomain: string
}

/** The instances of one lease, kept running. */
export interface Running {
  /** Undefined when all that can be up is up; otherwise why it came to nothing. */
  ready: Promise<EndCause | undefined>
  progress(): GroupState
  statesOf(service: string): ReplicaState[]
  instancesOf(service: string): { id: string; replica: number; ready: boolean }[]
  instanceIds(): { id: string; service: string }[]
  outputs(): { id: string; service: string; replica: number; over: boolean }[]
  /** What jobs that have ended said, by service and by the result's name. */
  results(): ReadonlyMap<string, Readonly<Record<string, readonly string[]>>>
}

/** Pulls, starts and keeps a lease's services. Instances found from before a restart are taken over as they are. */
export function bringUp(parts: BringUpParts): Running {
  const { record, found, owner, runtime, log, now, sleep, signal } = parts
  const manifest = record.manifest as Manifest
  const { services } = manifest.group
  const keepers = new Map<string, ReplicaKeeper[]>()
  const results = new Map<string, Record<string, string[]>>()
  const plan = { owner, leaseId: record.leaseId, manifest, allocation: record.allocation }
  let settleReady: (cause: EndCause | undefined) => void = () => {}
  const ready = new Promise<EndCause | undefined>((resolve) => {
    settleReady = resolve
  })

  function progress(): GroupState {
    return new Map(
      [...keepers].map(([name, list]) => [
        name,
        list.map(({ state }): ReplicaProgress => ({ ...state, started: state.instanceId !== undefined })),
      ]),
    )
  }

  async function create(service: Service, replica: number): Promise<string> {
    const names = new Map<string, string>()
    for (const { volume, owner: volumeOwner } of volumesOf(plan, service, replica)) {
      names.set(volume.name, await runtime.ensureVolume(volumeOwner))
    }
    return await runtime.create(planInstance(plan, service, replica, names))
  }

  /** Takes a job's results out of its output, before its end is told to those who wait for them. */
  async function collect(service: Service, instanceId: string | undefined): Promise<void> {
    const wanted = service.job?.results ?? []
    if (wanted.length === 0 || instanceId === undefined) return
    const collector = createResultCollector(wanted)
    await patiently({ sleep, signal }, async () => {
      for await (const { stream, text } of runtime.logs(instanceId, { follow: false, signal })) {
        collector.add(stream, text)
      }
    })
    results.set(service.name, collector.values())
  }

  /** The service with everything in it that only those before it could tell. */
  function completed(service: Service): Service {
    const { agreement } = record
    const resolution = resolveLate(service, {
      leaseId: record.leaseId,
      provider: owner.provider,
      tenant: agreement.tenant,
      ingressDomain: parts.ingressDomain,
      version: providerVersion,
      services: Object.fromEntries(
        services.map(({ name }) => [
          name,
          { host: name, endpoints: parts.publicHosts(name), ...optional('results', results.get(name)) },
        ]),
      ),
    })
    if ('service' in resolution) return resolution.service
    throw new SubletError('workload.crashed', resolution.problems.join(' '))
  }

  function begin(agreed: Service): void {
    let service: Service
    try {
      service = completed(agreed)
    } catch (error) {
      log.info({ err: error, service: agreed.name }, 'a service cannot be completed')
      const state = {
        replica: 0,
        instanceId: undefined,
        ready: false,
        restarts: 0,
        ended: { exitCode: 1, failed: true },
      }
      keepers.set(agreed.name, [{ state, keep: async () => undefined }])
      parts.announce({ message: sentence(error) })
      queueMicrotask(advance)
      return
    }
    const list = Array.from({ length: service.replicas }, (_, replica) => {
      const usage = { leaseId: record.leaseId, service: service.name, replica }
      return createReplicaKeeper({
        service,
        replica,
        runtime,
        log,
        now,
        sleep,
        signal,
        starting: parts.starting,
        create: () => create(service, replica),
        onChange: advance,
        onStarted: (startedAtMs) => parts.journal.beginUsage({ ...usage, startedAtMs }),
        onEnded: async (endedAtMs, exitCode) => {
          await parts.journal.endUsage({ ...usage, endedAtMs, exitCode })
          await collect(service, keepers.get(service.name)?.[replica]?.state.instanceId)
        },
      })
    })
    keepers.set(service.name, list)
    for (const keeper of list) {
      const existing = found.find(
        (instance) =>
          instance.owner.service === service.name && instance.owner.replica === keeper.state.replica,
      )
      keeper.keep(existing).catch((error: unknown) => {
        log.warn({ err: error, service: service.name }, 'a service cannot be run')
        settleReady({
          reason: 'workload-crashed',
          message: `${service.name} cannot be run: ${sentence(error)}`,
        })
      })
    }
  }

  /** Does whatever the group's state now allows. */
  function advance(): void {
    if (signal.aborted) return
    const { startable, toStop, ready: isReady, failed, finished } = progressOf(services, progress())
    for (const service of services) if (startable.includes(service.name)) begin(service)
    for (const name of toStop) void stopService(name)
    if (failed !== undefined) {
      settleReady({
        reason: 'workload-crashed',
        message: `${failed.service} ended with exit code ${failed.exitCode} before it was ready.`,
        exitCode: failed.exitCode,
      })
    } else if (isReady || finished !== undefined) settleReady(undefined)
    parts.onChange()
  }

  async function stopService(name: string): Promise<void> {
    const service = services.find((one) => one.name === name)
    for (const { state } of keepers.get(name) ?? []) {
      if (state.instanceId === undefined || state.ended !== undefined) continue
      await runtime
        .stop(state.instanceId, service?.stopGraceMs ?? 0)
        .catch((err: unknown) => log.warn({ err, service: name }, 'cannot be stopped'))
    }
  }

  async function pull(): Promise<void> {
    const images = new Map(services.map((service) => [service.image, service.credentials]))
    let saidAtMs = 0
    await Promise.all(
      [...images].map(([image, credentials]) =>
        patiently({ sleep, signal }, () =>
          runtime.ensureImage(image, {
            signal,
            ...(credentials === undefined ? {} : { credentials }),
            onProgress: ({ doneBytes, totalBytes }) => {
              if (now() - saidAtMs < sayEveryMs) return
              saidAtMs = now()
              parts.announce({
                message: `Pulling ${image}: ${megabytes(doneBytes)} of ${megabytes(totalBytes)} MB.`,
              })
            },
          }),
        ),
      ),
    )
  }

  async function main(): Promise<void> {
    const { phase } = record.status
    if (phase === 'accepted' || phase === 'pulling') {
      if (phase === 'accepted') await parts.move('pulling', { message: 'Pulling the images.' })
      await pull()
      await parts.move('starting', { message: 'Starting.' })
    }
    advance()
  }

  const deadlineMs = record.agreement.startBy * 1000 - now()
  if (parts.starting()) {
    sleep(Math.max(0, deadlineMs), signal).then(
      () =>
        settleReady({
          reason: 'start-deadline',
          message: notReadyMessage(services, progress()),
        }),
      () => undefined,
    )
  }
  main().catch((error: unknown) => {
    if (signal.aborted) return
    settleReady({
      reason: isSubletError(error, 'image.unavailable') ? 'image-unavailable' : 'workload-crashed',
      message: sentence(error),
    })
  })

  const statesOf = (name: string) => (keepers.get(name) ?? []).map(({ state }) => state)
  return {
    ready,
    progress,
    statesOf,
    results: () => results,
    instancesOf: (name) =>
      statesOf(name)
        .flatMap(({ instanceId, replica, ready: isReady, ended }) =>
          instanceId === undefined || ended !== undefined
            ? []
            : [{ id: instanceId, replica, ready: isReady }],
        )
        .sort((a, b) => Number(b.ready) - Number(a.ready)),
    outputs: () =>
      services.flatMap(({ name }) =>
        statesOf(name).flatMap(({ instanceId, replica, ended }) =>
          instanceId === undefined
            ? []
            : [{ id: instanceId, service: name, replica, over: ended !== undefined || signal.aborted }],
        ),
      ),
    instanceIds: () =>
      services.flatMap(({ name }) =>
        statesOf(name).flatMap(({ instanceId }) =>
          instanceId === undefined ? [] : [{ id: instanceId, service: name }],
        ),
      ),
  }
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined) {
  return (value === undefined ? {} : { [name]: value }) as { [K in Name]?: Value }
}

const sayEveryMs = 500

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}

function sentence(error: unknown): string {
  return error instanceof SubletError ? error.message : 'something failed on the provider.'
}

function notReadyMessage(services: readonly Service[], state: GroupState): string {
  const late = services
    .filter(({ name }) => !(state.get(name) ?? []).some(({ ready }) => ready))
    .map(({ name }) => name)
  return `Not ready by the start deadline: ${late.join(', ') || 'the images'}.`
}
