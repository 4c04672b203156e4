import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testDollarAbi } from '@sublet/contracts'
import { startAnvil } from '@sublet/contracts/node'
import { createWalletClient, erc20Abi, http, type PublicClient } from 'viem'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createLog } from '../log/log.ts'
import { openStore, type Store } from '../store/store.ts'
import { type AnvilWithNetwork, startAnvilWithNetwork, testAccount } from '../testing/anvil-dollar.ts'
import { connectChain } from './connect-chain.ts'
import { type FollowEventsOptions, type Follower, followEvents } from './follow-events.ts'

const log = createLog({ name: 'test', level: 'silent' })
interface Tables {
  mints: { block: bigint; amount: bigint }
}
let dataDir: string
let network: AnvilWithNetwork
let client: PublicClient
let schemas = 0

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sublet-follow-'))
  network = await startAnvilWithNetwork({ statePath: join(dataDir, 'anvil.json') })
  client = (await connectChain({ rpcUrl: network.anvil.rpcUrl, pollMs: 20 })).client
})
afterAll(async () => {
  await network?.anvil.stop()
  await rm(dataDir, { recursive: true, force: true })
})

async function openTestStore(): Promise<Store<Tables>> {
  const store = await openStore<Tables>({
    dataDir,
    schema: `follow_${schemas++}`,
    migrations: [{ name: '001', sql: 'create table mints (block numeric(78,0), amount numeric(78,0))' }],
    log,
  })
  onTestFinished(() => store.close())
  return store
}

type Options = FollowEventsOptions<typeof erc20Abi, Tables>
async function follow(store: Store<Tables>, changes: Partial<Options> = {}): Promise<Follower> {
  const follower = await followEvents<typeof erc20Abi, Tables>({
    client,
    name: 'dollar',
    addresses: [network.addresses.testDollar],
    abi: erc20Abi,
    store,
    fromBlock: 0n,
    pollMs: 20,
    log,
    async onEvents(events, { transaction }) {
      for (const event of events) {
        if (event.eventName !== 'Transfer') continue
        await transaction
          .insertInto('mints')
          .values({ block: event.blockNumber, amount: event.args.value })
          .execute()
      }
    },
    async onRollback(toBlock, { transaction }) {
      await transaction.deleteFrom('mints').where('block', '>', toBlock).execute()
    },
    ...changes,
  })
  onTestFinished(() => follower.stop())
  return follower
}

const wallet = () => createWalletClient({ account: testAccount(0), transport: http(network.anvil.rpcUrl) })
async function mint(amount: bigint): Promise<void> {
  const hash = await wallet().writeContract({
    chain: null,
    address: network.addresses.testDollar,
    abi: testDollarAbi,
    functionName: 'mint',
    args: [testAccount(1).address, amount],
  })
  await network.testClient.waitForTransactionReceipt({ hash })
}

const eventually = <T>(ask: () => T) => expect.poll(ask, { timeout: 10_000, interval: 20 })
const kept = (store: Store<Tables>) =>
  store.db.selectFrom('mints').selectAll().orderBy('block').orderBy('amount').execute()
/** What the chain itself says, asked at once. */
async function truth() {
  const logs = await network.testClient.getContractEvents({
    address: network.addresses.testDollar,
    abi: erc20Abi,
    eventName: 'Transfer',
    fromBlock: 0n,
    strict: true,
  })
  return logs.map(({ blockNumber, args }) => ({ block: blockNumber, amount: args.value }))
}

test('applies every event once, also those of the time it was stopped', async () => {
  const store = await openTestStore()
  const first = await follow(store)
  await mint(1n)
  await mint(2n)
  await first.caughtUp()
  expect(await kept(store)).toEqual(await truth())
  await first.stop()
  await mint(3n)
  const second = await follow(store)
  await second.caughtUp()
  expect(await kept(store)).toEqual(await truth())
  expect((await kept(store)).map(({ amount }) => amount)).toEqual([1n, 2n, 3n])
})

test('asks for long stretches in parts', async () => {
  const store = await openTestStore()
  const ranges: bigint[] = []
  const follower = await follow(store, {
    maxBlocks: 2,
    onEvents: async (_events, { fromBlock, toBlock }) => void ranges.push(toBlock - fromBlock),
  })
  await follower.caughtUp()
  expect(follower.position).toBe(await network.testClient.getBlockNumber())
  expect(Math.max(...ranges.map(Number))).toBe(1)
})

test('tries again what could not be applied, and keeps nothing of the attempt', async () => {
  const store = await openTestStore()
  let failures = 2
  const follower = await follow(store, {
    async onEvents(events, { transaction }) {
      for (const { blockNumber } of events) {
        await transaction.insertInto('mints').values({ block: blockNumber, amount: 0n }).execute()
      }
      if (failures-- > 0) throw new Error('not now')
    },
  })
  await mint(4n)
  await follower.caughtUp()
  expect((await kept(store)).length).toBe((await truth()).length)
})

test('rolls back to the common block when the chain is reorganised', async () => {
  const store = await openTestStore()
  const rollbacks: bigint[] = []
  const follower = await follow(store)
  const head = await network.testClient.getBlockNumber()
  for (let amount = 10n; amount < 15n; amount++) {
    await mint(amount)
    await follower.caughtUp()
  }
  await follower.stop()
  const again = await follow(store, {
    async onRollback(toBlock, { transaction }) {
      rollbacks.push(toBlock)
      await transaction.deleteFrom('mints').where('block', '>', toBlock).execute()
    },
  })
  // The last three blocks are replaced by empty ones.
  await network.testClient.request({ method: 'anvil_reorg' as never, params: [3, []] as never })
  await again.caughtUp()
  expect(await kept(store)).toEqual(await truth())
  expect((await kept(store)).filter(({ amount }) => amount >= 10n).map(({ amount }) => amount)).toEqual([
    10n,
    11n,
  ])
  expect(rollbacks).toEqual([head + 2n])
})

test('follows a chain that became shorter', async () => {
  const store = await openTestStore()
  const follower = await follow(store)
  const snapshot = await network.testClient.snapshot()
  await mint(20n)
  await mint(21n)
  await follower.caughtUp()
  await network.testClient.revert({ id: snapshot })
  await eventually(async () => (await kept(store)).some(({ amount }) => amount === 21n)).toBe(false)
  await mint(22n)
  await follower.caughtUp()
  expect(await kept(store)).toEqual(await truth())
})

test('begins anew when a reorganisation is deeper than it remembers', async () => {
  const store = await openTestStore()
  const follower = await follow(store, { keepBlocks: 2 })
  for (let amount = 30n; amount < 36n; amount++) {
    await mint(amount)
    await follower.caughtUp()
  }
  await network.testClient.request({ method: 'anvil_reorg' as never, params: [5, []] as never })
  await follower.caughtUp()
  expect(await kept(store)).toEqual(await truth())
  expect((await kept(store)).some(({ amount }) => amount === 31n)).toBe(false)
})

test('agrees with the chain after any history of mints, reorganisations and restarts', async () => {
  const store = await openTestStore()
  let follower = await follow(store)
  // A small generator of its own, so that a failure can be seen again.
  let seed = 12345
  const below = (limit: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31
    return Math.floor((seed / 2 ** 31) * limit)
  }
  for (let step = 0; step < 60; step++) {
    const action = below(10)
    if (action < 6) await mint(BigInt(1000 + step))
    else if (action < 8) {
      const depth = 1 + below(4)
      await network.testClient.request({ method: 'anvil_reorg' as never, params: [depth, []] as never })
    } else if (action === 8) {
      await follower.stop()
      follower = await follow(store)
    } else await follower.caughtUp()
  }
  await follower.caughtUp()
  expect(await kept(store)).toEqual(await truth())
})

test('a follower that is stopped says so to who waits', async () => {
  const follower = await follow(await openTestStore())
  const waiting = follower.caughtUp(10_000_000n)
  const refused = expect(waiting).rejects.toThrow('stopped')
  await follower.stop()
  await refused
})

// The last one, as an anvil that was started anew cannot reorganise what it loaded.
test('waits out a chain that is away, and goes on', async () => {
  const store = await openTestStore()
  const follower = await follow(store)
  await follower.caughtUp()
  const { port } = network.anvil
  await network.anvil.stop()
  const waiting = follower.caughtUp()
  network.anvil = await startAnvil({ port, statePath: join(dataDir, 'anvil.json') })
  await mint(40n)
  await waiting
  await follower.caughtUp()
  expect(await kept(store)).toEqual(await truth())
  expect((await kept(store)).at(-1)?.amount).toBe(40n)
})
