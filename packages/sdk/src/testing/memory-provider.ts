import {
  type Address,
  type Agreement,
  agreementTypedData,
  type Bid,
  type CloseRequest,
  depositFor,
  type EndReason,
  type EscrowDomain,
  type Hex,
  isEnded,
  type LeasePhase,
  type LeaseStatus,
  type LogLine,
  leaseIdOf,
  type Manifest,
  orderHashOf,
  type SignedOrder,
  SubletError,
  termsHashOf,
} from '@sublet/protocol'
import type { LocalAccount } from 'viem'
import type { ProviderClient } from '../provider/create-provider-client.ts'

/** What a provider does on the chain. */
export interface ProviderChain {
  open(manifest: Manifest): Promise<{ openedAt: number; transaction: Hex }>
  /** Gives what was paid and refunded. */
  settle(
    agreement: Agreement,
    settlement: NonNullable<CloseRequest['settlement']>,
  ): Promise<{ paid: bigint; refunded: bigint; transaction: Hex }>
}

/** How a test provider behaves; may change while it runs. */
export interface Behaviour {
  ratePerHour: bigint
  /** Declines to bid, with this sentence. */
  declines?: string | undefined
  /** Refuses the manifest. */
  refuses?: SubletError | undefined
  /** The start comes to nothing, for this reason. */
  lapses?: EndReason | undefined
  /** Answers nothing at all. */
  silent: boolean
  /** Milliseconds that a bid stands. */
  bidLifetimeMs: number
  /** Stays at this phase until it is changed. */
  holdsAt?: LeasePhase | undefined
  indexerFeeBps: number
  /** Changes the bid before it is signed, as a cheat would. */
  tampers?: ((agreement: Agreement) => Agreement) | undefined
}

/** An honest provider without containers: bids, starts, opens and settles leases as the protocol says. */
export interface MemoryProvider {
  readonly address: Address
  readonly behaviour: Behaviour
  readonly statuses: ReadonlyMap<Hex, LeaseStatus>
  /** Manifests by lease, as they arrived. */
  readonly manifests: ReadonlyMap<Hex, Manifest>
  bid(signedOrder: SignedOrder, indexer: Address): Promise<Bid>
  /** What a tenant can ask, without the wire in between. */
  readonly client: ProviderClient
  /** Goes on with leases that `holdsAt` held back. */
  advance(): Promise<void>
  /** Ends a lease as a provider does that leaves, or whose job is done. */
  end(leaseId: Hex, reason: EndReason, more?: Partial<LeaseStatus>): void
  /** Forgets everything, as after a lost disk. */
  forget(): void
}

export interface MemoryProviderOptions {
  account: LocalAccount
  domain: EscrowDomain
  chain: ProviderChain
  now: () => number
  behaviour?: Partial<Behaviour>
  /** URL of the only endpoint of each lease. */
  endpointUrl?: string | undefined
}

export function createMemoryProvider(options: MemoryProviderOptions): MemoryProvider {
  const { account, domain, chain, now, endpointUrl } = options
  const address = account.address.toLowerCase() as Address
  const behaviour: Behaviour = {
    ratePerHour: 100_000n,
    silent: false,
    bidLifetimeMs: 60_000,
    indexerFeeBps: 0,
    ...options.behaviour,
  }
  const statuses = new Map<Hex, LeaseStatus>()
  const manifests = new Map<Hex, Manifest>()
  const wake: (() => void)[] = []

  const set = (status: LeaseStatus) => {
    statuses.set(status.leaseId, status)
    for (const one of wake.splice(0)) one()
  }
  const move = (leaseId: Hex, phase: LeasePhase, more: Partial<LeaseStatus> = {}) => {
    const before = statuses.get(leaseId)
    if (before === undefined || isEnded(before.phase)) return
    const phaseAtMs = { ...before.phaseAtMs, [phase]: now() }
    set({ ...before, phase, message: `The lease is ${phase}.`, phaseAtMs, ...more })
  }
  const answering = () => {
    if (behaviour.silent) throw new SubletError('provider.unreachable', 'The provider does not answer.')
  }
  const known = (leaseId: Hex): LeaseStatus => {
    answering()
    const status = statuses.get(leaseId)
    if (status === undefined) throw new SubletError('lease.not-found', 'There is no such lease here.')
    return status
  }

  const proceed = async (leaseId: Hex) => {
    const order: LeasePhase[] = ['accepted', 'pulling', 'starting', 'opening', 'active']
    while (true) {
      const status = statuses.get(leaseId)
      const manifest = manifests.get(leaseId)
      if (status === undefined || manifest === undefined || isEnded(status.phase)) return
      if (status.phase === behaviour.holdsAt || status.phase === 'active') return
      const next = order[order.indexOf(status.phase) + 1]
      if (next === undefined) return
      if (next === 'starting' && behaviour.lapses !== undefined) {
        move(leaseId, 'lapsed', { endReason: behaviour.lapses, lastLogLines: ['panic: no database'] })
        return
      }
      if (next !== 'active') {
        move(leaseId, next)
        continue
      }
      try {
        const { openedAt, transaction } = await chain.open(manifest)
        move(leaseId, 'active', { openedAt, openTransaction: transaction })
      } catch (error) {
        move(leaseId, 'lapsed', { endReason: 'open-failed', message: String(error) })
      }
    }
  }

  const client: ProviderClient = {
    provider: address,
    async createLease(manifest) {
      answering()
      const { agreement, group, serviceLevels } = manifest
      const leaseId = leaseIdOf(agreement.tenant, agreement.salt)
      const before = statuses.get(leaseId)
      if (before !== undefined) return before
      if (behaviour.refuses !== undefined) throw behaviour.refuses
      if (termsHashOf(group, serviceLevels) !== agreement.termsHash) {
        throw new SubletError('agreement.mismatch', 'The workload is not the one agreed on.')
      }
      manifests.set(leaseId, manifest)
      set({
        leaseId,
        tenant: agreement.tenant,
        provider: address,
        deployment: manifest.deployment,
        phase: 'accepted',
        message: 'The lease is accepted.',
        ratePerHour: agreement.ratePerHour,
        deposit: agreement.deposit,
        services: group.services.map(({ name, image, replicas }) => ({
          name,
          image,
          replicas,
          ready: 0,
          restarts: 0,
        })),
        endpoints:
          endpointUrl === undefined
            ? []
            : [{ service: group.services[0]?.name ?? '', port: 8080, protocol: 'http', url: endpointUrl }],
        phaseAtMs: { accepted: now() },
      })
      const accepted = known(leaseId)
      void proceed(leaseId)
      return accepted
    },
    async leases() {
      answering()
      return [...statuses.values()]
    },
    lease: async (leaseId) => known(leaseId),
    async *events(leaseId, { signal } = {}) {
      let shown: LeaseStatus | undefined
      while (true) {
        signal?.throwIfAborted()
        const status = known(leaseId)
        if (status !== shown) yield status
        shown = status
        if (isEnded(status.phase)) return
        if (statuses.get(leaseId) !== shown || signal?.aborted) continue
        await new Promise<void>((resolve) => {
          wake.push(resolve)
          signal?.addEventListener('abort', () => resolve(), { once: true })
        })
      }
    },
    async *timeline() {},
    async *stats() {},
    statFile: async () => undefined,
    async *downloadFiles() {},
    uploadFiles: async () => {},
    volumes: async () => [],
    removeVolume: async () => {},
    async *snapshotVolume() {},
    async *restoreVolume() {},
    async *logs(leaseId, query) {
      for await (const some of this.logBatches(leaseId, query)) yield* some
    },
    async *logBatches(leaseId, query = {}) {
      known(leaseId)
      const lines = ['first', 'second', 'third'].map(
        (text, at): LogLine => ({ service: 'web', replica: 0, stream: 'stdout', atMs: at, text }),
      )
      yield lines.slice(query.tail === undefined ? 0 : Math.max(0, lines.length - query.tail))
    },
    exec() {
      throw new SubletError('lease.not-ready', 'There is nothing to run commands in.')
    },
    async sendVoucher(leaseId) {
      throw new SubletError('agreement.mismatch', `${leaseId} is not paid by vouchers.`)
    },
    async close(leaseId, request = {}) {
      const status = known(leaseId)
      if (isEnded(status.phase)) return status
      const manifest = manifests.get(leaseId)
      if (status.phase !== 'active' || manifest === undefined) {
        move(leaseId, 'lapsed', { endReason: 'tenant-closed' })
        return known(leaseId)
      }
      move(leaseId, 'closing')
      if (request.settlement === undefined) return known(leaseId)
      const settled = await chain.settle(manifest.agreement, request.settlement)
      move(leaseId, 'closed', {
        endReason: 'tenant-closed',
        paid: settled.paid,
        refunded: settled.refunded,
        closeTransaction: settled.transaction,
      })
      return known(leaseId)
    },
  }

  return {
    address,
    behaviour,
    statuses,
    manifests,
    client,
    async bid({ order }, indexer) {
      if (behaviour.silent) throw new SubletError('provider.unreachable', 'The provider does not answer.')
      if (behaviour.declines !== undefined) throw new SubletError('bid.declined', behaviour.declines)
      const plain: Agreement = {
        tenant: order.tenant,
        provider: address,
        indexer: behaviour.indexerFeeBps === 0 ? '0x0000000000000000000000000000000000000000' : indexer,
        token: order.token,
        ratePerHour: behaviour.ratePerHour,
        deposit: depositFor(behaviour.ratePerHour, order.depositSeconds),
        maxDuration: order.maxDuration,
        indexerFeeBps: behaviour.indexerFeeBps,
        termsHash: order.termsHash,
        salt: order.salt,
        startBy: Math.floor(now() / 1000) + order.startWithinSeconds,
      }
      const agreement = behaviour.tampers?.(plain) ?? plain
      return {
        orderHash: orderHashOf(order),
        provider: address,
        agreement,
        providerSignature: await account.signTypedData(agreementTypedData(agreement, domain)),
        hardware: ['0.5 cores'],
        region: 'test',
        expiresAtMs: now() + behaviour.bidLifetimeMs,
      }
    },
    async advance() {
      await Promise.all([...statuses.keys()].map(proceed))
    },
    end(leaseId, endReason, more = {}) {
      move(leaseId, 'closed', { endReason, ...more })
    },
    forget() {
      statuses.clear()
      manifests.clear()
      for (const one of wake.splice(0)) one()
    },
  }
}
