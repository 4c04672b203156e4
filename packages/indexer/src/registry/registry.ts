import { type NetworkAddresses, nodeRegistryAbi, roles } from '@sublet/contracts'
import { type Address, addressSchema } from '@sublet/protocol'
import type { ChainClient } from '@sublet/sdk'
import { type ChainEvents, type Follower, followEvents, type Log, type Store } from '@sublet/service'
import type { Kysely } from 'kysely'
import type { IndexerTables } from '../tables.ts'
import { type NodeEvent, nodeEventSchema, nodeOf, type RegisteredNode } from './node-history.ts'

export interface Registry {
  /**
   * What the registry says of a node. Known ones come from the store; one that the followed events do not know yet is looked
   * up on the chain, so a provider that registered a moment ago is not turned away. `fresh` always asks the chain.
   */
  node(address: Address, options?: { fresh?: boolean }): Promise<RegisteredNode | undefined>
  readonly follower: Follower
  stop(): Promise<void>
}

export interface RegistryParts {
  chain: Pick<ChainClient, 'publicClient' | 'node'>
  addresses: NetworkAddresses
  store: Pick<Store<IndexerTables>, 'db'>
  log: Log
  pollMs: number
  /** Nodes that changed, or may have: the chain moved on, or back. Called within the transaction that says so. */
  onChanged?: (nodes: readonly Address[]) => void
}

/** Follows the NodeRegistry's events into the store. */
export async function followRegistry(parts: RegistryParts): Promise<Registry> {
  const { chain, addresses, store, log, pollMs, onChanged } = parts
  const follower = await followEvents<typeof nodeRegistryAbi, IndexerTables>({
    client: chain.publicClient,
    name: 'registry',
    addresses: [addresses.nodeRegistry],
    abi: nodeRegistryAbi,
    store,
    fromBlock: addresses.deployedAtBlock,
    pollMs,
    log,
    async onEvents(events, { transaction }) {
      const changed = new Set<Address>()
      for (const event of events) {
        const about = nodeEventOf(event)
        if (about === undefined) continue
        changed.add(about.node)
        await transaction
          .insertInto('node_events')
          .values({
            block_number: event.blockNumber,
            log_index: event.logIndex,
            node: about.node,
            event: JSON.stringify(about.event),
          })
          .execute()
      }
      onChanged?.([...changed])
    },
    async onRollback(toBlock, { transaction }) {
      const rows = await transaction
        .deleteFrom('node_events')
        .where('block_number', '>', toBlock)
        .returning('node')
        .execute()
      onChanged?.([...new Set(rows.map(({ node }) => node))])
    },
  })
  return {
    follower,
    async node(address, { fresh = false } = {}) {
      const known = fresh ? undefined : await storedNode(store.db, address)
      if (known !== undefined) return known
      const listed = await chain.node(address)
      if (listed === undefined) return undefined
      const { roles: held, endpoint, publicKey, jailedUntil } = listed
      return { address: addressSchema.parse(address), roles: held, endpoint, publicKey, jailedUntil }
    },
    stop: () => follower.stop(),
  }
}

/** A node as the followed events have it. */
export async function storedNode(
  db: Kysely<IndexerTables>,
  address: Address,
): Promise<RegisteredNode | undefined> {
  const rows = await db
    .selectFrom('node_events')
    .select('event')
    .where('node', '=', addressSchema.parse(address))
    .orderBy('block_number')
    .orderBy('log_index')
    .execute()
  return nodeOf(
    address,
    rows.map(({ event }) => nodeEventSchema.parse(event)),
  )
}

function nodeEventOf(
  event: ChainEvents<typeof nodeRegistryAbi>[number],
): { node: Address; event: NodeEvent } | undefined {
  const of = (node: Address, about: NodeEvent) => ({
    node: addressSchema.parse(node),
    event: nodeEventSchema.parse(about),
  })
  switch (event.eventName) {
    case 'NodeRegistered': {
      const { node, role, endpoint, publicKey } = event.args
      const name = roles[role]
      return name === undefined
        ? undefined
        : of(node, { type: 'registered', role: name, endpoint, publicKey })
    }
    case 'NodeUpdated': {
      const { node, endpoint, publicKey } = event.args
      return of(node, { type: 'updated', endpoint, publicKey })
    }
    case 'RoleLeft': {
      const name = roles[event.args.role]
      return name === undefined ? undefined : of(event.args.node, { type: 'role-left', role: name })
    }
    case 'Jailed':
      return of(event.args.node, { type: 'jailed', untilSeconds: event.args.until })
    default:
      return undefined
  }
}
