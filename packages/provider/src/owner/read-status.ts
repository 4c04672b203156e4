import type { Address } from '@sublet/protocol'
import type { LeaseChain } from '../chain/lease-chain.ts'
import type { FetchAhead } from '../image/ahead/fetch-ahead.ts'
import type { Stock } from '../inventory/stock.ts'
import type { Leases } from '../lease/leases.ts'
import type { Reconciler } from '../lease/reconciler.ts'
import type { LeavingKeeper } from '../leaving/leaving-keeper.ts'
import type { IndexerPlace } from '../start-options.ts'
import type { Volumes } from '../volume/volumes.ts'
import { earningsOf } from './earnings.ts'
import type { OwnerQueries } from './owner-queries.ts'
import { type ProviderStatus, statusOf } from './provider-status.ts'

const shownEvents = 50

/** Gathers what a provider says of itself to its owner. */
export function createStatusReader(parts: {
  address: Address
  runtime: string
  token: Address
  indexers: readonly IndexerPlace[]
  isConnected: (index: number) => boolean
  leaving: Pick<LeavingKeeper, 'availability' | 'plan'>
  stock: Stock
  leases: Pick<Leases, 'all'>
  chain: Pick<LeaseChain, 'freeBalance'>
  volumes: Pick<Volumes, 'all'>
  fetchAhead: Pick<FetchAhead, 'status'>
  queries: OwnerQueries
  reconciler: Pick<Reconciler, 'mended'>
  now: () => number
}): () => Promise<ProviderStatus> {
  const { address, runtime, token, indexers, leaving, stock, chain, queries, now } = parts
  return async () => {
    const nowMs = now()
    const dayStartMs = new Date(nowMs).setHours(0, 0, 0, 0)
    const [volumes, balance, paidBefore, ended, events] = await Promise.all([
      parts.volumes.all(),
      chain.freeBalance(address, token),
      queries.paidBefore(dayStartMs),
      queries.endedSince(dayStartMs),
      queries.recentEvents(shownEvents),
    ])
    const leases = parts.leases.all().map(({ record }) => record.status)
    // Those that ended are counted by the journal.
    const running = leases.filter(({ phase }) => phase !== 'closed')
    return statusOf({
      address,
      runtime,
      draining: !leaving.availability().offering,
      leaving: leaving.plan(),
      indexers: indexers.map(({ address: indexer, host, port }, index) => ({
        address: indexer,
        host,
        port,
        connected: parts.isConnected(index),
      })),
      machine: stock.machine(),
      free: stock.free(),
      withheld: stock.withheld(),
      leases,
      volumes,
      imagesAhead: parts.fetchAhead.status(),
      balance,
      earnings: earningsOf([...running, ...ended], paidBefore, { nowMs, dayStartMs }),
      events,
      mended: parts.reconciler.mended(),
    })
  }
}
