import { escrowAbi, type NetworkAddresses } from '@sublet/contracts'
import { type Address, addressSchema, bytes32Schema, type Hex } from '@sublet/protocol'
import type { ChainClient } from '@sublet/sdk'
import { type Follower, followEvents, type Log, type Store } from '@sublet/service'
import { type Kysely, sql } from 'kysely'
import type { IndexerTables } from '../tables.ts'

export interface LeaseHistoryParts {
  chain: Pick<ChainClient, 'publicClient'>
  addresses: NetworkAddresses
  store: Pick<Store<IndexerTables>, 'db'>
  log: Log
  pollMs: number
}

/** Follows the escrow's leases into the store, for the market's figures. */
export function followLeases({ chain, addresses, store, log, pollMs }: LeaseHistoryParts): Promise<Follower> {
  return followEvents<typeof escrowAbi, IndexerTables>({
    client: chain.publicClient,
    name: 'leases',
    addresses: [addresses.escrow],
    abi: escrowAbi,
    store,
    fromBlock: addresses.deployedAtBlock,
    pollMs,
    log,
    async onEvents(events, { transaction }) {
      for (const event of events) {
        if (event.eventName === 'LeaseOpened') {
          const { leaseId, tenant, provider, agreement, fundedUntil } = event.args
          await transaction
            .insertInto('leases')
            .values({
              lease_id: bytes32Schema.parse(leaseId),
              tenant: addressSchema.parse(tenant),
              provider: addressSchema.parse(provider),
              indexer: addressSchema.parse(agreement.indexer),
              token: addressSchema.parse(agreement.token),
              rate_per_hour: agreement.ratePerHour,
              deposit: agreement.deposit,
              opened_block: event.blockNumber,
              funded_until: fundedUntil,
            })
            .execute()
        } else if (event.eventName === 'LeaseClosed') {
          const { leaseId, paidToProvider, refunded, reason } = event.args
          await transaction
            .updateTable('leases')
            .set({
              closed_block: event.blockNumber,
              close_reason: reason,
              paid_to_provider: paidToProvider,
              refunded,
            })
            .where('lease_id', '=', bytes32Schema.parse(leaseId))
            .execute()
        }
      }
    },
    async onRollback(toBlock, { transaction }) {
      await transaction.deleteFrom('leases').where('opened_block', '>', toBlock).execute()
      await transaction
        .updateTable('leases')
        .set({ closed_block: null, close_reason: null, paid_to_provider: null, refunded: null })
        .where('closed_block', '>', toBlock)
        .execute()
    },
  })
}

/** The market's figures out of the followed leases. Amounts are in base units of whatever token each lease has. */
export interface LeaseFigures {
  opened: number
  running: number
  closed: number
  byToken: { token: `0x${string}`; running: number; ratePerHour: bigint; paidAtClosing: bigint }[]
}

export async function leaseFigures(db: Kysely<IndexerTables>): Promise<LeaseFigures> {
  const rows = await db
    .selectFrom('leases')
    .select((column) => [
      'token',
      column.fn.countAll<number>().as('opened'),
      sql<number>`count(*) filter (where closed_block is null)`.as('running'),
      sql<bigint>`coalesce(sum(rate_per_hour) filter (where closed_block is null), 0)`.as('rate_per_hour'),
      sql<bigint>`coalesce(sum(paid_to_provider), 0)`.as('paid'),
    ])
    .groupBy('token')
    .orderBy('token')
    .execute()
  const sum = (pick: (row: (typeof rows)[number]) => number) =>
    rows.reduce((total, row) => total + Number(pick(row)), 0)
  const opened = sum((row) => row.opened)
  const running = sum((row) => row.running)
  return {
    opened,
    running,
    closed: opened - running,
    byToken: rows.map(({ token, running: live, rate_per_hour, paid }) => ({
      token,
      running: Number(live),
      ratePerHour: BigInt(rate_per_hour),
      paidAtClosing: BigInt(paid),
    })),
  }
}

/** Who the parties of a lease are, while it is open. */
export async function openLease(
  db: Kysely<IndexerTables>,
  leaseId: Hex,
): Promise<{ tenant: Address; provider: Address } | undefined> {
  return await db
    .selectFrom('leases')
    .select(['tenant', 'provider'])
    .where('lease_id', '=', leaseId)
    .where('closed_block', 'is', null)
    .executeTakeFirst()
}
