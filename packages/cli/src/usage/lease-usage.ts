import { type Deployment, isEnded, type LeaseSample, type LeaseStatus } from '@sublet/protocol'
import type { ControllerClient } from '../controller/client.ts'

/** A lease that lives, and what is known of its use at this moment. */
export interface LeaseUsage {
  deployment: string
  lease: LeaseStatus
  sample?: LeaseSample
  /** The sample before it, which rates are told from. */
  before?: LeaseSample
  /** Why there is no sample. */
  problem?: string | undefined
}

type Client = Pick<ControllerClient, 'deployments' | 'stats'>

/** The leases that live, one after another as `sublet ps` has them. */
export function liveLeases(deployments: readonly Deployment[]): Pick<LeaseUsage, 'deployment' | 'lease'>[] {
  return deployments.flatMap(({ name, groups }) =>
    groups.flatMap(({ lease }) =>
      lease === undefined || isEnded(lease.phase) ? [] : [{ deployment: name, lease }],
    ),
  )
}

/** One look at every live lease; a provider that does not answer costs its own figures only. */
export async function lookOnce(client: Client): Promise<LeaseUsage[]> {
  return Promise.all(
    liveLeases(await client.deployments()).map(async (one) => {
      try {
        for await (const sample of client.stats(one.lease.leaseId, {})) return { ...one, sample }
        return { ...one, problem: 'nothing runs' }
      } catch (error) {
        return { ...one, problem: wordsOf(error) }
      }
    }),
  )
}

type Followed = LeaseUsage & { stop?: AbortController }

/** The figures of all live leases, kept fresh by a stream for each. */
export interface UsageBook {
  /** Reads which leases there are; begins to follow new ones and leaves those that ended. */
  refresh(): Promise<void>
  usage(): LeaseUsage[]
}

/** Follows until the signal; a stream that broke off is taken up at the next `refresh`. */
export function followUsage(client: Client, intervalMs: number, signal: AbortSignal): UsageBook {
  const known = new Map<string, Followed>()

  async function follow(leaseId: string, stop: AbortController): Promise<void> {
    const note = (change: Partial<LeaseUsage>) => {
      const entry = known.get(leaseId)
      if (entry?.stop === stop) Object.assign(entry, change)
    }
    try {
      const until = AbortSignal.any([signal, stop.signal])
      for await (const sample of client.stats(leaseId, { follow: true, intervalMs }, until)) {
        const before = known.get(leaseId)?.sample
        note({ sample, ...(before === undefined ? {} : { before }), problem: undefined })
      }
      note({ problem: 'nothing runs' })
    } catch (error) {
      note({ problem: wordsOf(error) })
    }
    const entry = known.get(leaseId)
    if (entry?.stop === stop) delete entry.stop
  }

  return {
    async refresh() {
      const live = liveLeases(await client.deployments())
      const ids = new Set<string>(live.map(({ lease }) => lease.leaseId))
      for (const [id, { stop }] of known) {
        if (ids.has(id)) continue
        stop?.abort()
        known.delete(id)
      }
      for (const one of live) {
        const id = one.lease.leaseId
        const entry: Followed = Object.assign(known.get(id) ?? {}, one)
        known.set(id, entry)
        if (entry.stop !== undefined || one.lease.phase !== 'active') continue
        entry.stop = new AbortController()
        void follow(id, entry.stop)
      }
    },
    usage: () => [...known.values()].map(({ stop: _stop, ...usage }) => usage),
  }
}

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
