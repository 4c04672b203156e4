import type { Address } from '@sublet/protocol'
import type { Kysely, Transaction } from 'kysely'
import {
  type Abi,
  BlockNotFoundError,
  type ContractEventName,
  type ParseEventLogsReturnType,
  type PublicClient,
  parseEventLogs,
} from 'viem'
import type { Log } from '../log/log.ts'
import { openCheckpoints } from './checkpoint.ts'
import { commonAncestor, type KnownBlock } from './common-ancestor.ts'
import { createWaiter } from './waiter.ts'

/** The decoded events of an ABI, in the order of the chain. */
export type ChainEvents<abi extends Abi> = ParseEventLogsReturnType<abi, ContractEventName<abi>[], true>

export interface FollowEventsOptions<abi extends Abi, Tables> {
  client: PublicClient
  /** Distinguishes followers that share a schema, such as `escrow`. */
  name: string
  addresses: readonly Address[]
  abi: abi
  /** The checkpoint is kept there, in the same transaction as what `onEvents` writes. */
  store: { db: Kysely<Tables> }
  /** The first block that can have events: where the contracts were deployed. */
  fromBlock: bigint
  /** Applies events of `fromBlock` to `toBlock`, once each unless rolled back. Throwing undoes it, and it is tried again. */
  onEvents: (
    events: ChainEvents<abi>,
    context: { transaction: Transaction<Tables>; fromBlock: bigint; toBlock: bigint },
  ) => Promise<void>
  /** Undoes everything that came from blocks after `toBlock`: the chain has others there now. */
  onRollback: (toBlock: bigint, context: { transaction: Transaction<Tables> }) => Promise<void>
  log: Log
  /** Milliseconds between looks at the head; 1000 by default. */
  pollMs?: number | undefined
  /** How many blocks behind the head to stay; 0 by default. */
  confirmations?: number | undefined
  /** Most blocks asked for at once; 2000 by default. */
  maxBlocks?: number | undefined
  /** How many block hashes are remembered; a deeper reorganisation begins again at `fromBlock`. 256 by default. */
  keepBlocks?: number | undefined
}

export interface Follower {
  /** The last block whose events are applied; undefined before the first. */
  readonly position: bigint | undefined
  /**
   * Resolves when the block's events are applied; without a block, when everything was at the time of a later look at the
   * head. Rejects when the follower stops before.
   */
  caughtUp(block?: bigint): Promise<void>
  /** Looks at once, as after a transaction of one's own. */
  poke(): void
  stop(): Promise<void>
}

const longestPauseMs = 30_000

/** The chain changed while it was read; the next look sees it whole. */
class ChainMoved extends Error {}

/**
 * Follows contracts' events for ever: each is applied exactly once together with the checkpoint, across restarts. A
 * reorganisation rolls back to the last common block. An RPC or database that does not answer is waited out.
 */
export async function followEvents<const abi extends Abi, Tables = unknown>(
  options: FollowEventsOptions<abi, Tables>,
): Promise<Follower> {
  const { client, name, addresses, abi, store, fromBlock, onEvents, onRollback, log } = options
  const { pollMs = 1000, confirmations = 0, maxBlocks = 2000, keepBlocks = 256 } = options
  const checkpoints = await openCheckpoints(store.db as Kysely<unknown>, { follower: name, keepBlocks })
  const waiter = createWaiter()
  let known = await checkpoints.known()

  const hashAt = (blockNumber: bigint): Promise<string | undefined> =>
    client.getBlock({ blockNumber }).then(
      ({ hash }) => hash,
      (error: unknown) => {
        if (error instanceof BlockNotFoundError) return undefined
        throw error
      },
    )

  async function rollBack(): Promise<void> {
    const ancestor = await commonAncestor(known, hashAt)
    const toBlock = ancestor?.number ?? fromBlock - 1n
    log.warn(
      { follower: name, from: String(known.at(-1)?.number), to: String(toBlock) },
      'the chain was reorganised',
    )
    await store.db.transaction().execute(async (transaction) => {
      await onRollback(toBlock, { transaction })
      await checkpoints.rollBack(transaction as Transaction<unknown>, toBlock)
    })
    known = known.filter(({ number }) => number <= toBlock)
  }

  async function applyRange(from: bigint, to: bigint, before: KnownBlock | undefined): Promise<void> {
    const hash = await hashAt(to)
    const logs = await client.getLogs({ address: [...addresses], fromBlock: from, toBlock: to })
    // A block's hash stands for all before it: unchanged ends mean that the events are of one chain.
    const [hashAfter, hashBefore] = await Promise.all([
      hashAt(to),
      before === undefined ? undefined : hashAt(before.number),
    ])
    if (hash === undefined || hash !== hashAfter || hashBefore !== before?.hash) throw new ChainMoved()
    const events = parseEventLogs({ abi: abi as Abi, logs, strict: true }) as unknown as ChainEvents<abi>
    const blocks = new Map<bigint, string>(logs.map((one) => [one.blockNumber, one.blockHash]))
    blocks.set(to, hash)
    const applied = [...blocks]
      .map(([number, blockHash]) => ({ number, hash: blockHash }))
      .sort((a, b) => (a.number < b.number ? -1 : 1))
    await store.db.transaction().execute(async (transaction) => {
      if (events.length > 0) await onEvents(events, { transaction, fromBlock: from, toBlock: to })
      await checkpoints.advance(transaction as Transaction<unknown>, applied)
    })
    known = [...known, ...applied].slice(-keepBlocks)
    waiter.reached(to)
  }

  /** One look: everything up to the head that it finds. */
  async function look(): Promise<void> {
    const head = (await client.getBlockNumber({ cacheTime: 0 })) - BigInt(confirmations)
    for (;;) {
      const last = known.at(-1)
      if (last !== undefined && (await hashAt(last.number)) !== last.hash) await rollBack()
      const checkpoint = known.at(-1)
      const from = checkpoint === undefined ? fromBlock : checkpoint.number + 1n
      if (from > head) break
      const to = from + BigInt(maxBlocks) - 1n
      await applyRange(from, to < head ? to : head, checkpoint)
      if (stopping.signal.aborted) return
    }
    waiter.atHead()
  }

  const stopping = new AbortController()
  let wake = () => {}
  let poked = false
  let looking = false
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      if (poked || stopping.signal.aborted) return resolve()
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  async function run(): Promise<void> {
    let failures = 0
    while (!stopping.signal.aborted) {
      poked = false
      looking = true
      try {
        await look()
        if (failures > 0) log.info({ follower: name }, 'following the chain again')
        failures = 0
      } catch (err) {
        if (!(err instanceof ChainMoved)) {
          failures++
          // Rarely told: an outage may last for hours.
          if (Number.isInteger(Math.log2(failures))) {
            log.warn({ err, follower: name, failures }, 'cannot follow the chain; trying again')
          }
          // A commit may have gone through although its answer was lost.
          known = await checkpoints.known().catch(() => known)
        }
      }
      looking = false
      await pause(failures === 0 ? pollMs : Math.min(longestPauseMs, pollMs * 2 ** Math.min(failures, 10)))
    }
  }
  const running = run()
  const poke = () => {
    poked = true
    wake()
  }

  return {
    get position() {
      return known.at(-1)?.number
    },
    caughtUp(block) {
      const reached = known.at(-1)?.number
      if (block !== undefined && reached !== undefined && reached >= block) return Promise.resolve()
      const waiting = waiter.waitFor(block, looking)
      poke()
      return waiting
    },
    poke,
    async stop() {
      stopping.abort()
      wake()
      await running
      waiter.end(new Error(`following ${name} was stopped`))
    },
  }
}
