import {
  type Address,
  type CreateDeployment,
  type Deployment,
  formatFinding,
  type Hex,
  type LeaseStatus,
  readWorkload,
  SubletError,
  type Workload,
} from '@sublet/protocol'
import { createLiveDeployment, type LiveDeployment } from './live-deployment.ts'
import type { DeploymentParts } from './parts.ts'
import { createPicks } from './picks.ts'
import { runGroup } from './run-group.ts'
import { type Content, type DeploymentState, type GroupState, isOver, newGroup } from './state.ts'
import { sweepOffers } from './sweep.ts'

/** A tenant's deployments: what was asked for, kept that way. */
export interface Deployments {
  /** Takes up what an earlier controller left, then looks after everything. */
  start(): Promise<void>
  /** Throws `workload.invalid` with every finding; nothing is ordered then. */
  create(request: CreateDeployment): Promise<Deployment>
  /** Newest first. */
  list(): Deployment[]
  /** Throws `deployment.not-found`. */
  get(id: string): Deployment
  /** The deployment now, then after every change, until it is over. */
  watch(id: string, signal: AbortSignal): AsyncGenerator<Deployment>
  pick(id: string, group: string, provider: Address): Promise<Deployment>
  /** Closes every lease; resolves when all are settled. */
  close(id: string): Promise<Deployment>
  /** Throws `lease.not-found`. */
  lease(leaseId: Hex): LeaseRef
  closeLease(leaseId: Hex): Promise<LeaseStatus>
  /** Closes everything and waits for the settlements. */
  closeAll(): Promise<void>
  /** Deployments that have not ended. */
  openCount(): number
  /** Leaves everything running, for the next controller to take up. */
  stop(): Promise<void>
}

/** Where a lease of this tenant is reached. */
export interface LeaseRef {
  leaseId: Hex
  provider: Address
  relayUrl: string
  status: LeaseStatus | undefined
}

const keptEnded = 200
const sweepEveryMs = 30_000

export function createDeployments(options: Omit<DeploymentParts, 'pickOf'>): Deployments {
  const picks = createPicks()
  const parts: DeploymentParts = { ...options, pickOf: picks.wait }
  const { journal, log, now, random } = parts
  const all = new Map<string, LiveDeployment>()
  const running = new Set<Promise<void>>()
  const stopped = new AbortController()

  const hold = (state: DeploymentState, content: Content): LiveDeployment => {
    const live = createLiveDeployment({
      state,
      content,
      journal,
      onWriteFailed: (err) => log.warn({ err, deployment: state.id }, 'a step could not be written down'),
    })
    all.set(live.id, live)
    return live
  }

  const look = (live: LiveDeployment, patientUntilMs: number) => {
    const groups = live.state.groups.map(({ name }) => runGroup({ live, name, parts, patientUntilMs }))
    const run = Promise.all(groups)
      .then(async () => {
        if (!live.stopping) await live.finish(now())
      })
      .catch((err: unknown) =>
        log.error({ err, deployment: live.id }, 'a deployment is no longer looked after'),
      )
      .finally(() => running.delete(run))
    running.add(run)
  }

  const find = (id: string): LiveDeployment => {
    const live = all.get(id)
    if (live !== undefined) return live
    throw new SubletError('deployment.not-found', `There is no deployment ${id}.`, {
      hint: '`sublet ps --all` lists every deployment.',
    })
  }

  const findGroup = (leaseId: Hex): { live: LiveDeployment; group: GroupState } => {
    for (const live of all.values()) {
      const group = live.state.groups.find((one) => one.leaseId === leaseId && one.offer !== undefined)
      if (group !== undefined) return { live, group }
    }
    throw new SubletError('lease.not-found', `There is no lease ${leaseId}.`, {
      hint: '`sublet ps --all` lists every lease.',
    })
  }

  const isFollowed = (leaseId: Hex) =>
    [...all.values()].some(({ state }) =>
      state.groups.some((group) => group.leaseId === leaseId && !isOver(group)),
    )

  const sweepAlways = async () => {
    while (!stopped.signal.aborted) {
      await sweepOffers(parts, ({ leaseId }) => isFollowed(leaseId)).catch((err: unknown) =>
        log.warn({ err }, 'open agreements could not be looked at'),
      )
      await parts.wait(sweepEveryMs, stopped.signal).catch(() => {})
    }
  }

  async function until(live: LiveDeployment, done: () => boolean): Promise<void> {
    while (!done()) {
      if (live.stopping) {
        throw new SubletError('controller.unreachable', 'The controller stops before this is done.', {
          hint: 'It goes on when the controller is started again.',
        })
      }
      await live.changed()
    }
  }

  async function close(id: string): Promise<Deployment> {
    const live = find(id)
    await live.wantClosed()
    await until(live, () => live.state.endedAtMs !== undefined)
    return live.view
  }

  const open = () => [...all.values()].filter(({ state }) => state.endedAtMs === undefined)

  return {
    async start() {
      const recorded = await journal.load(keptEnded)
      const patientUntilMs = now() + parts.settings.patienceMs
      for (const { state, content } of recorded) {
        const live = hold(state, content)
        if (state.endedAtMs === undefined) look(live, patientUntilMs)
      }
      const taken = recorded.filter(({ state }) => state.endedAtMs === undefined).length
      if (taken > 0) log.info({ deployments: taken }, 'deployments taken up')
      void sweepAlways()
    },
    async create(request) {
      const content = contentOf(request)
      const { name } = content.workload
      const state: DeploymentState = {
        id: `${name}-${hexOf(random(4))}`,
        name,
        desired: 'running',
        createdAtMs: now(),
        groups: content.workload.groups.map((group) => newGroup(group.name)),
      }
      await journal.create({ state, content })
      const live = hold(state, content)
      look(live, 0)
      return live.view
    },
    list: () => [...all.values()].map(({ view }) => view).sort((a, b) => b.createdAtMs - a.createdAtMs),
    get: (id) => find(id).view,
    async *watch(id, signal) {
      const live = find(id)
      const gone = AbortSignal.any([signal, stopped.signal])
      let shown: Deployment | undefined
      while (!gone.aborted) {
        const { view } = live
        if (view !== shown) yield view
        shown = view
        if (view.endedAtMs !== undefined) return
        if (live.view === shown) await live.changed(gone)
      }
    },
    async pick(id, group, provider) {
      const live = find(id)
      const state = live.state.groups.find((one) => one.name === group)
      if (state === undefined) {
        throw new SubletError('request.invalid', `The deployment has no group ${group}.`, {
          hint: `Its groups are: ${live.state.groups.map(({ name }) => name).join(', ')}.`,
        })
      }
      if (!state.bids.some((bid) => bid.provider === provider) || !picks.pick(id, group, provider)) {
        throw new SubletError('bid.expired', `There is no bid of ${provider} to pick for ${group}.`, {
          hint: 'Read the deployment again; it lists the bids that stand.',
        })
      }
      return live.view
    },
    close,
    lease(leaseId) {
      const { group } = findGroup(leaseId)
      return {
        leaseId,
        provider: group.offer?.agreement.provider ?? '0x',
        relayUrl: group.offer?.relayUrl ?? '',
        status: group.lease,
      }
    },
    async closeLease(leaseId) {
      const { live, group } = findGroup(leaseId)
      await live.wantGroupClosed(group.name)
      await until(live, () => {
        const now = live.group(group.name)
        return isOver(now) || now.leaseId !== leaseId
      })
      const { lease } = live.group(group.name)
      if (lease !== undefined) return lease
      throw new SubletError('lease.closed', `The lease ${leaseId} has ended.`)
    },
    async closeAll() {
      await Promise.all(open().map(({ id }) => close(id)))
    },
    openCount: () => open().length,
    async stop() {
      stopped.abort()
      for (const live of all.values()) live.stop()
      await Promise.all(running)
    },
  }
}

function contentOf(request: CreateDeployment): Content {
  const { source, file, format, env, files, secrets = {}, pick = false, maxRatePerHour, payment } = request
  const read = readWorkload(source, { file, format, env, files })
  const { workload } = read
  if (workload === undefined) {
    const { findings } = read
    const errors = findings.filter(({ severity }) => severity === 'error')
    throw new SubletError(
      'workload.invalid',
      `${file} has ${errors.length === 1 ? 'a problem' : `${errors.length} problems`}.`,
      {
        hint: 'Mend the places named; nothing was ordered.',
        details: { findings: findings.map((finding) => ({ ...finding, text: formatFinding(finding) })) },
      },
    )
  }
  return {
    workload: pick ? pickedByPerson(workload) : workload,
    secrets,
    ...(maxRatePerHour === undefined ? {} : { maxRatePerHour }),
    ...(payment === undefined ? {} : { payment }),
  }
}

const pickedByPerson = (workload: Workload): Workload => ({
  ...workload,
  policy: { ...workload.policy, choose: 'person' },
})

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
