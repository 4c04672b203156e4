import {
  ageWords,
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
import type { Fetches } from '../fetch/fetches.ts'
import type { ImageUses } from '../image/image-uses.ts'
import type { TenantImages } from '../image/tenant-images.ts'
import type { UsageBook } from '../metering/usage-book.ts'
import { byDigest } from '../runtime/docker/image-reference.ts'
import type { Instance, Owner, Runtime } from '../runtime/runtime.ts'
import type { Note } from '../timeline/lease-timeline.ts'
import { providerVersion } from '../version.ts'
import type { Volumes } from '../volume/volumes.ts'
import type { EndCause } from './end-cause.ts'
import { type GroupState, progressOf, type ReplicaProgress } from './group-progress.ts'
import { planInstance, volumesOf } from './instance-plan.ts'
import type { LeaseRecord } from './lease-record.ts'
import { patiently, type Sleep } from './patience.ts'
import { createReplicaKeeper, type ReplicaKeeper, type ReplicaState } from './service-keeper.ts'
import { createSupplies } from './supplies.ts'

export interface BringUpParts {
  record: LeaseRecord
  found: readonly Instance[]
  owner: Owner
  runtime: Runtime
  usage: UsageBook
  fetches: Fetches
  imageUses: Pick<ImageUses, 'note'>
  volumes: Pick<Volumes, 'settled'>
  images: TenantImages
  log: Log
  now: () => number
  sleep: Sleep
  /** Ends the keeping; instances stay. */
  signal: AbortSignal
  starting: () => boolean
  announce: (patch: Partial<LeaseStatus>) => void
  move: (phase: LeasePhase, patch?: Partial<LeaseStatus>) => Promise<void>
  onChange: () => void
  note: Note
  /** Which image a reference turned out to be. */
  pulled: (reference: string, digest: string) => void
  /** Where public ports are reached: host by container port, for a service. */
  publicHosts: (service: string) => Readonly<Record<string, string>>
  ingressDomain: string
  /** The longest from the images being here until all is ready, seconds: it runs unpaid until then. */
  mostReadySeconds: number
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
  /** Resolves when no instance is being made any more, once the signal has aborted: what comes late is known then. */
  settled(): Promise<void>
  /** What jobs that have ended said, by service and by the result's name. */
  results(): ReadonlyMap<string, Readonly<Record<string, readonly string[]>>>
}

/** Pulls, starts and keeps a lease's services. Instances found from before a restart are taken over as they are. */
export function bringUp(parts: BringUpParts): Running {
  const { record, found, owner, runtime, usage, log, now, sleep, signal } = parts
  const manifest = record.manifest as Manifest
  const { services } = manifest.group
  const keepers = new Map<string, ReplicaKeeper[]>()
  const results = new Map<string, Record<string, string[]>>()
  const plan = { owner, leaseId: record.leaseId, manifest, allocation: record.allocation }
  /** Which image each reference turned out to be, here or before a restart. */
  const digests = new Map(record.status.services.map(({ image, digest }) => [image, digest]))
  const supplies = createSupplies({
    ...parts,
    manifest,
    services,
    pulled(reference, digest) {
      digests.set(reference, digest)
      parts.pulled(reference, digest)
    },
  })
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

  const making = new Set<Promise<string>>()
  function create(service: Service, replica: number): Promise<string> {
    const made = make(service, replica)
    making.add(made)
    const forget = () => void making.delete(made)
    made.then(forget, forget)
    return made
  }

  async function make(service: Service, replica: number): Promise<string> {
    await parts.volumes.settled(record.agreement.tenant, manifest.deployment)
    const names = new Map<string, string>()
    for (const { volume, owner: volumeOwner } of volumesOf(plan, service, replica)) {
      names.set(volume.name, await runtime.ensureVolume(volumeOwner, volume))
    }
    const fetched = await supplies.fetched(service, replica)
    const planned = planInstance(plan, service, replica, names, fetched)
    const image = await imageOf(planned.image)
    signal.throwIfAborted()
    return await runtime.create({ ...planned, image })
  }

  /** The very image that the lease was given, whatever its tag means here by now. */
  async function imageOf(image: string): Promise<string> {
    const digest = digests.get(image)
    if (digest === undefined) return image
    const here = await runtime.identifyImage(image)
    return here?.digest === digest ? image : byDigest(image, digest)
  }

  /** Takes a job's results out of its output, before its end is told to those who wait for them. */
  async function collect(service: Service, instanceId: string | undefined): Promise<void> {
    const wanted = service.job?.results ?? []
    if (wanted.length === 0 || instanceId === undefined) return
    const collector = createResultCollector(wanted)
    await patiently({ sleep, signal }, async () => {
      for await (const lines of runtime.logs(instanceId, { follow: false, signal })) {
        for (const { stream, text } of lines) collector.add(stream, text)
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
      keepers.set(agreed.name, [{ state, keep: async () => undefined, expectEnd: () => undefined }])
      parts.announce({ message: sentence(error) })
      queueMicrotask(advance)
      return
    }
    const list = Array.from({ length: service.replicas }, (_, replica) => {
      const name = { service: service.name, replica }
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
        note: parts.note,
        entered: (state, more) => usage.enter(name, state, { atMs: now(), ...more }),
        watched: (isWatched) => usage.watched(name, isWatched, now()),
        over: (atMs, exitCode) => usage.end(name, atMs, exitCode),
        onEnded: () => collect(service, keepers.get(service.name)?.[replica]?.state.instanceId),
      })
    })
    keepers.set(service.name, list)
    for (const keeper of list) {
      const existing = found.find(
        (instance) =>
          instance.owner.service === service.name && instance.owner.replica === keeper.state.replica,
      )
      if (existing === undefined) usage.lost({ service: service.name, replica: keeper.state.replica })
      keeper.keep(existing).catch((error: unknown) => {
        log.warn({ err: error, service: service.name }, 'a service cannot be run')
        settleReady({
          reason: isSubletError(error, 'fetch.failed') ? 'fetch-failed' : 'workload-crashed',
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
    for (const { state, expectEnd } of keepers.get(name) ?? []) {
      if (state.instanceId === undefined || state.ended !== undefined) continue
      expectEnd()
      await runtime
        .stop(state.instanceId, service?.stopGraceMs ?? 0)
        .catch((err: unknown) => log.warn({ err, service: name }, 'cannot be stopped'))
    }
  }

  async function main(): Promise<void> {
    const { phase } = record.status
    if (phase === 'accepted' || phase === 'pulling') {
      if (phase === 'accepted') await parts.move('pulling', { message: 'Pulling the images.' })
      await supplies.all()
      await parts.move('starting', { message: 'Starting.' })
      lapseAt(now() + mostReadyMs, readyLimit)
    } else if (parts.starting())
      lapseAt((record.status.phaseAtMs.starting ?? now()) + mostReadyMs, readyLimit)
    advance()
  }

  const mostReadyMs = parts.mostReadySeconds * 1000
  const readyLimit = `within ${ageWords(mostReadyMs)} of starting`
  function lapseAt(atMs: number, limit: string): void {
    sleep(Math.max(0, atMs - now()), signal).then(
      () => settleReady({ reason: 'start-deadline', message: notReadyMessage(limit, services, progress()) }),
      () => undefined,
    )
  }

  if (parts.starting()) lapseAt(record.agreement.startBy * 1000, 'by the start deadline')
  main().catch((error: unknown) => {
    if (signal.aborted) return
    settleReady({
      reason: isSubletError(error, 'image.unavailable')
        ? 'image-unavailable'
        : isSubletError(error, 'fetch.failed')
          ? 'fetch-failed'
          : 'workload-crashed',
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
    async settled() {
      await Promise.allSettled(making)
    },
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

function sentence(error: unknown): string {
  return error instanceof SubletError ? error.message : 'something failed on the provider.'
}

function notReadyMessage(limit: string, services: readonly Service[], state: GroupState): string {
  const late = services
    .filter(({ name }) => !(state.get(name) ?? []).some(({ ready }) => ready))
    .map(({ name }) => name)
  return `Not ready ${limit}: ${late.join(', ') || 'the images'}.`
}
