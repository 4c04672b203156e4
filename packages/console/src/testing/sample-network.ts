import { randomUUID } from 'node:crypto'
import {
  accrued,
  type CreateDeployment,
  type Deployment,
  type DeploymentGroup,
  type Exclusion,
  type Group,
  type Hex,
  ingressLabel,
  type LeaseEvent,
  type LeaseEventReason,
  type LeasePhase,
  type LeaseStatus,
  type LogLine,
  leaseEventReasons,
  readWorkload,
  SubletError,
  type Workload,
} from '@sublet/protocol'
import { sampleBid } from './sample-deployment.ts'
import { sampleAddress, sampleHex } from './sample-market.ts'

const stepMs = 150
const logEveryMs = 300
const depositHours = 3n

/** A network that is invented from one end to the other but lives as a real one does: phases, costs, logs, ends. */
export class SampleNetwork {
  readonly deployments = new Map<string, Deployment>()
  readonly #logs = new Map<Hex, LogLine[]>()
  readonly #events = new Map<Hex, LeaseEvent[]>()
  readonly #listeners = new Set<() => void>()
  readonly #timers = new Set<ReturnType<typeof setInterval>>()
  #made = 0
  escrowBalance = 49_820_000n
  walletBalance = 950_000_000n

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#timers.clear()
  }

  /** Calls back after every change of a deployment or a log. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  list(): Deployment[] {
    return [...this.deployments.values()].sort((a, b) => b.createdAtMs - a.createdAtMs)
  }

  find(id: string): Deployment {
    const found = this.deployments.get(id)
    if (found !== undefined) return found
    throw new SubletError('deployment.not-found', `There is no deployment ${id}.`, {
      hint: 'List yours with `sublet ps`.',
    })
  }

  lease(id: string): LeaseStatus {
    const found = this.list()
      .flatMap(({ groups }) => groups)
      .find(({ leaseId }) => leaseId === id)?.lease
    if (found !== undefined) return found
    throw new SubletError('lease.not-found', `There is no lease ${id}.`, {
      hint: 'List yours with `sublet ps`.',
    })
  }

  logOf(leaseId: Hex): readonly LogLine[] {
    return this.#logs.get(leaseId) ?? []
  }

  eventsOf(leaseId: Hex): readonly LeaseEvent[] {
    return this.#events.get(leaseId) ?? []
  }

  /** Notes what happened to a lease. */
  note(leaseId: Hex, event: Pick<LeaseEvent, 'reason' | 'message'> & Partial<LeaseEvent>): void {
    const events = this.#events.get(leaseId) ?? []
    const level = leaseEventReasons[event.reason]
    events.push({ sequence: events.length, atMs: Date.now(), level, ...event })
    this.#events.set(leaseId, events)
    this.#tell()
  }

  /** Adds lines to a lease's log at once. */
  write(leaseId: Hex, lines: readonly Omit<LogLine, 'atMs'>[]): void {
    const log = this.#logs.get(leaseId) ?? []
    log.push(...lines.map((line) => ({ ...line, atMs: Date.now() })))
    this.#logs.set(leaseId, log)
    this.#tell()
  }

  create(wish: CreateDeployment): Deployment {
    const { workload, findings } = readWorkload(wish.source, wish)
    if (workload === undefined) {
      throw new SubletError('workload.invalid', 'The file has errors.', { details: { findings } })
    }
    const deployment: Deployment = {
      id: `${workload.name}-${randomUUID().slice(0, 6)}`,
      name: workload.name,
      phase: 'ordering',
      message: 'Looking for bids.',
      groups: workload.groups.map(({ name }) => ({ name, bids: [], excluded: [] })),
      createdAtMs: Date.now(),
      timings: {},
    }
    this.#put(deployment)
    this.#after(stepMs, () => this.#bid(deployment.id, workload, wish))
    return deployment
  }

  pick(id: string, group: string, provider: string): Deployment {
    const deployment = this.find(id)
    const bid = deployment.groups
      .find(({ name }) => name === group)
      ?.bids.find((one) => one.provider === provider)
    if (bid === undefined) throw new SubletError('bid.expired', 'This bid is past its end.')
    this.#accept(id, group, bid.provider)
    return this.find(id)
  }

  async close(id: string): Promise<Deployment> {
    const deployment = this.find(id)
    this.#put({ ...deployment, phase: 'closing', message: 'Closing and settling.' })
    for (const { name, lease } of deployment.groups) {
      if (lease !== undefined) this.#move(id, name, 'closing')
    }
    await new Promise<void>((resolve) => this.#after(stepMs * 2, resolve))
    for (const { name, lease } of this.find(id).groups) if (lease !== undefined) this.#settle(id, name)
    const settled: Deployment = {
      ...this.find(id),
      phase: 'closed',
      message: 'Closed and settled.',
      endedAtMs: Date.now(),
    }
    this.#put(settled)
    return settled
  }

  #bid(id: string, workload: Workload, wish: CreateDeployment): void {
    const nowMs = Date.now()
    const rates = [352_400n, 371_000n, 398_500n]
    const groups = this.find(id).groups.map((group, index): DeploymentGroup => {
      const file = workload.groups[index]
      const limit =
        wish.maxRatePerHour ?? (file?.maxRatePerHour === undefined ? undefined : BigInt(file.maxRatePerHour))
      const scaled = rates.map((rate) => (needsGpu(file) ? rate : rate / 29n))
      const fitting = scaled.filter((rate) => limit === undefined || rate <= limit)
      return {
        ...group,
        orderHash: sampleHex(700 + index),
        bids: fitting.map((rate, at) => sampleBid(at + 1, rate, nowMs, hardwareOf(file))),
        excluded: exclusions(scaled, limit),
      }
    })
    const deployment: Deployment = {
      ...this.find(id),
      groups,
      timings: { bids: nowMs - this.find(id).createdAtMs },
    }
    if (groups.some(({ bids }) => bids.length === 0)) {
      this.#fail(deployment)
      return
    }
    if (wish.pick === true) {
      this.#put({ ...deployment, phase: 'picking', message: 'Waiting for you to pick a bid.' })
      return
    }
    this.#put(deployment)
    for (const { name, bids } of groups) if (bids[0] !== undefined) this.#accept(id, name, bids[0].provider)
  }

  #fail(deployment: Deployment): void {
    this.#put({
      ...deployment,
      phase: 'failed',
      message: 'No provider can serve this order.',
      problem: {
        code: 'order.no-match',
        detail: 'No provider can serve this order at this rate.',
        hint: 'Raise the highest rate, or ask for less.',
      },
      endedAtMs: Date.now(),
    })
  }

  #accept(id: string, name: string, provider: string): void {
    const group = this.find(id).groups.find((one) => one.name === name)
    const bid = group?.bids.find((one) => one.provider === provider)
    if (group === undefined || bid === undefined) return
    this.#made += 1
    const leaseId = sampleHex(1000 + this.#made)
    const { ratePerHour } = bid.agreement
    const lease: LeaseStatus = {
      leaseId,
      tenant: bid.agreement.tenant,
      provider: bid.provider,
      deployment: this.find(id).name,
      phase: 'accepted',
      message: 'The provider has the workload.',
      ratePerHour,
      deposit: ratePerHour * depositHours,
      services: [{ name: 'web', replicas: 1, ready: 0, restarts: 0, image: 'sublet.local/hello:1' }],
      endpoints: [],
      phaseAtMs: { accepted: Date.now() },
    }
    this.escrowBalance -= lease.deposit
    this.#put({ ...this.find(id), phase: 'starting', message: 'The provider is starting it.' })
    this.#change(id, name, { provider: bid.provider, leaseId, lease })
    this.note(leaseId, eventsOfPhase.accepted)
    const way: (keyof typeof eventsOfPhase)[] = ['pulling', 'starting', 'opening', 'active']
    for (const [index, phase] of way.entries())
      this.#after(stepMs * (index + 1), () => this.#move(id, name, phase))
  }

  #move(id: string, name: string, phase: LeasePhase): void {
    const group = this.find(id).groups.find((one) => one.name === name)
    const lease = group?.lease
    if (lease === undefined || lease.phase === 'closing' || lease.phase === 'closed') return
    const phaseAtMs = { ...lease.phaseAtMs, [phase]: Date.now() }
    this.#change(id, name, {
      lease: { ...lease, phase, phaseAtMs, ...(phase === 'active' ? opened(lease) : {}) },
    })
    if (phase in eventsOfPhase) this.note(lease.leaseId, eventsOfPhase[phase as keyof typeof eventsOfPhase])
    this.write(lease.leaseId, [{ service: 'web', replica: 0, stream: 'stdout', text: `lease is ${phase}` }])
    if (phase !== 'active') return
    this.#put({ ...this.find(id), phase: 'running', message: 'Running.' })
    let count = 0
    this.#every(logEveryMs, () => {
      if (this.lease(lease.leaseId).phase !== 'active') return
      count += 1
      const slow = count % 9 === 0
      const text = slow
        ? `slow answer: ${40 + (count % 50)} ms`
        : `GET /hello/${count} 200 ${1 + (count % 7)} ms`
      this.write(lease.leaseId, [{ service: 'web', replica: 0, stream: slow ? 'stderr' : 'stdout', text }])
    })
  }

  #settle(id: string, name: string): void {
    const lease = this.find(id).groups.find((one) => one.name === name)?.lease
    if (lease === undefined) return
    this.note(lease.leaseId, eventsOfPhase.closed)
    const nowMs = Date.now()
    const { ratePerHour, deposit, openedAt } = lease
    const paid =
      openedAt === undefined ? 0n : accrued({ ratePerHour, deposit, openedAt, maxDuration: 0 }, nowMs / 1000)
    this.escrowBalance += deposit - paid
    this.#change(id, name, {
      lease: {
        ...lease,
        phase: 'closed',
        message: 'Settled.',
        phaseAtMs: { ...lease.phaseAtMs, closed: nowMs },
        paid,
        refunded: deposit - paid,
        endReason: 'tenant-closed',
        closeTransaction: sampleHex(2000 + this.#made),
        lastLogLines: this.logOf(lease.leaseId)
          .slice(-20)
          .map(({ text }) => text),
      },
    })
  }

  #change(id: string, name: string, change: Partial<DeploymentGroup>): void {
    const deployment = this.find(id)
    this.#put({
      ...deployment,
      groups: deployment.groups.map((group) => (group.name === name ? { ...group, ...change } : group)),
    })
  }

  #put(deployment: Deployment): void {
    this.deployments.set(deployment.id, deployment)
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }

  #after(delayMs: number, act: () => void): void {
    this.#timers.add(setTimeout(act, delayMs))
  }

  #every(delayMs: number, act: () => void): void {
    this.#timers.add(setInterval(act, delayMs))
  }
}

/** As a real provider notes the steps. */
const eventsOfPhase = {
  accepted: { reason: 'matched', message: 'Both sides have signed, and the manifest is here.' },
  pulling: {
    reason: 'pulling',
    message: 'Pulling sublet.local/hello:1.',
    doneBytes: 31_400_000,
    totalBytes: 104_000_000,
  },
  starting: { reason: 'starting', message: 'Starting.' },
  opening: { reason: 'healthy', message: 'web is ready.', service: 'web', replica: 0 },
  active: { reason: 'opened', message: 'Running.' },
  closing: { reason: 'closing', message: 'Closed by the tenant.' },
  closed: { reason: 'closed', message: 'Settled.' },
} as const satisfies Partial<
  Record<LeasePhase, Pick<LeaseEvent, 'message'> & { reason: LeaseEventReason } & Partial<LeaseEvent>>
>

function needsGpu(group: Group | undefined): boolean {
  return group?.services.some(({ resources }) => resources.gpu !== undefined) ?? false
}

function hardwareOf(group: Group | undefined): string[] {
  const [service] = group?.services ?? []
  if (service === undefined) return []
  const { gpu, cpuMillis, memoryBytes } = service.resources
  return [
    ...(gpu === undefined ? [] : [`${gpu.count} × ${gpu.anyOf[0]?.model ?? 'gpu'}`]),
    `${cpuMillis / 1000} cores`,
    `${Math.round(memoryBytes / 1024 ** 2)} MiB`,
  ]
}

function exclusions(rates: readonly bigint[], limit: bigint | undefined): Exclusion[] {
  const dear = rates.flatMap((rate, index): Exclusion[] =>
    limit === undefined || rate <= limit
      ? []
      : [
          {
            provider: sampleAddress(index + 1),
            reason: 'rate',
            message: 'Its lowest rate is above the highest rate of the order.',
            ratePerHour: rate,
          },
        ],
  )
  return [
    ...dear,
    {
      provider: sampleAddress(6),
      reason: 'memory',
      message: 'The order needs 512 MiB of memory on one machine; 96 MiB is free.',
    },
  ]
}

function opened(lease: LeaseStatus): Partial<LeaseStatus> {
  const label = ingressLabel(lease.leaseId, lease.provider, 'web', 8080)
  return {
    openedAt: Math.floor(Date.now() / 1000),
    openTransaction: sampleHex(3000),
    message: 'Running.',
    services: lease.services.map((service) => ({ ...service, ready: service.replicas })),
    endpoints: [{ service: 'web', port: 8080, protocol: 'http', url: `http://${label}.localhost:8081` }],
  }
}
