import { escrowAbi, testDollarAbi } from '@sublet/contracts'
import { createWalletClient, http, parseGwei, zeroHash } from 'viem'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createLog } from '../log/log.ts'
import { type AnvilWithNetwork, startAnvilWithNetwork, testAccount } from '../testing/anvil-dollar.ts'
import { type ChainConnection, connectChain } from './connect-chain.ts'
import { createTransactionSender, type TransactionSenderOptions } from './transaction-sender.ts'

const log = createLog({ name: 'test', level: 'silent' })
const recipient = testAccount(9).address
let network: AnvilWithNetwork
let chain: ChainConnection
let accounts = 0

beforeAll(async () => {
  network = await startAnvilWithNetwork()
  chain = await connectChain({ rpcUrl: network.anvil.rpcUrl, pollMs: 10 })
})
afterAll(() => network?.anvil.stop())

/** Each test has an account of its own. */
function setUp(options: Partial<TransactionSenderOptions> = {}) {
  const account = testAccount(++accounts)
  const sender = createTransactionSender({ account, chain, log, ...options })
  const mint = (amount: bigint) =>
    sender.send({
      address: network.addresses.testDollar,
      abi: testDollarAbi,
      functionName: 'mint',
      args: [recipient, amount],
    })
  return { account, sender, mint }
}
const balance = () =>
  chain.client.readContract({
    address: network.addresses.testDollar,
    abi: testDollarAbi,
    functionName: 'balanceOf',
    args: [recipient],
  })
async function withoutMining(): Promise<void> {
  await network.testClient.setAutomine(false)
  onTestFinished(async () => {
    await network.testClient.mine({ blocks: 1 })
    await network.testClient.setAutomine(true)
  })
}
const pendingCount = (address: `0x${string}`) =>
  chain.client.getTransactionCount({ address, blockTag: 'pending' })
const eventually = <T>(ask: () => T) => expect.poll(ask, { timeout: 10_000, interval: 20 })
/** A clock that runs so much faster that seconds of waiting pass in a moment. */
const fastClock = () => performance.now() * 100

test('calls at the same time get one nonce after another, and all are mined', async () => {
  const { account, mint } = setUp()
  const before = await balance()
  const receipts = await Promise.all(Array.from({ length: 20 }, () => mint(1n)))
  expect(new Set(receipts.map(({ transactionHash }) => transactionHash)).size).toBe(20)
  expect(await balance()).toBe(before + 20n)
  expect(await pendingCount(account.address)).toBe(20)
})

test('a refused call costs nothing, says why, and holds up no other', async () => {
  const { account, sender, mint } = setUp()
  const close = {
    address: network.addresses.escrow,
    abi: escrowAbi,
    functionName: 'withdraw',
    args: [network.addresses.testDollar, 5n],
  } as const
  await expect(sender.send(close)).rejects.toMatchObject({
    code: 'funds.insufficient',
    details: { error: 'InsufficientBalance' },
  })
  const other = sender.send({ ...close, functionName: 'cancel', args: [zeroHash] })
  await Promise.all([other, mint(1n)])
  expect(await pendingCount(account.address)).toBe(2)
  await expect(sender.send({ ...close, functionName: 'cancel', args: [zeroHash] })).rejects.toMatchObject({
    code: 'chain.reverted',
  })
})

test('a call that becomes impossible between sending and mining tells the contract’s reason', async () => {
  const { account, sender } = setUp()
  const thief = createWalletClient({ account: testAccount(8), transport: http(network.anvil.rpcUrl) })
  const dollar = { address: network.addresses.testDollar, abi: testDollarAbi } as const
  await sender.send({ ...dollar, functionName: 'mint', args: [account.address, 10n] })
  await sender.send({ ...dollar, functionName: 'approve', args: [thief.account.address, 10n] })
  await withoutMining()
  const transferring = sender.send({ ...dollar, functionName: 'transfer', args: [recipient, 10n] })
  const refused = expect(transferring).rejects.toMatchObject({
    code: 'funds.insufficient',
    details: { error: 'ERC20InsufficientBalance' },
  })
  await eventually(() => pendingCount(account.address)).toBe(3)
  // It pays more, so it comes first in the same block.
  await thief.writeContract({
    ...dollar,
    chain: null,
    functionName: 'transferFrom',
    args: [account.address, thief.account.address, 10n],
    gas: 200_000n,
    maxFeePerGas: parseGwei('500'),
    maxPriorityFeePerGas: parseGwei('400'),
  })
  await network.testClient.mine({ blocks: 1 })
  await refused
})

test('a stuck transaction is replaced by one that offers more, and happens once', async () => {
  const { account, mint } = setUp({ now: fastClock, speedUpAfterMs: 5000 })
  const before = await balance()
  await withoutMining()
  const minting = mint(7n)
  const offered = async () => {
    const { transactions } = await chain.client.getBlock({ blockTag: 'pending', includeTransactions: true })
    return transactions.find(({ from }) => from === account.address.toLowerCase())?.maxFeePerGas
  }
  await eventually(offered).toBeDefined()
  const first = (await offered()) ?? 0n
  await eventually(async () => ((await offered()) ?? 0n) > first).toBe(true)
  await network.testClient.mine({ blocks: 1 })
  expect((await minting).status).toBe('success')
  expect(await balance()).toBe(before + 7n)
  expect(await pendingCount(account.address)).toBe(1)
})

test('a transaction that the node dropped is sent again', async () => {
  const { account, mint } = setUp({ now: fastClock, speedUpAfterMs: 1e9, timeoutMs: 1e9 })
  await withoutMining()
  const minting = mint(1n)
  await eventually(() => pendingCount(account.address)).toBe(1)
  const { transactions } = await chain.client.getBlock({ blockTag: 'pending' })
  const [hash] = transactions
  if (hash === undefined) throw new Error('nothing is pending')
  await network.testClient.dropTransaction({ hash })
  await eventually(() => pendingCount(account.address)).toBe(1)
  await network.testClient.mine({ blocks: 1 })
  expect((await minting).transactionHash).toBe(hash)
})

test('a call whose nonce another program used is made anew', async () => {
  const { account, mint } = setUp()
  const before = await balance()
  await withoutMining()
  const minting = mint(3n)
  await eventually(() => pendingCount(account.address)).toBe(1)
  const other = createWalletClient({ account, transport: http(network.anvil.rpcUrl) })
  await other.sendTransaction({
    chain: null,
    to: recipient,
    value: 1n,
    nonce: 0,
    maxFeePerGas: parseGwei('500'),
    maxPriorityFeePerGas: parseGwei('400'),
  })
  await network.testClient.mine({ blocks: 1 })
  await eventually(() => pendingCount(account.address)).toBe(2)
  await network.testClient.mine({ blocks: 1 })
  expect((await minting).status).toBe('success')
  expect(await balance()).toBe(before + 3n)
})

test('a new process goes on after what the one before left on its way', async () => {
  const { account, mint } = setUp()
  await withoutMining()
  const old = mint(1n)
  await eventually(() => pendingCount(account.address)).toBe(1)
  const restarted = createTransactionSender({ account, chain, log })
  const next = restarted.send({
    address: network.addresses.testDollar,
    abi: testDollarAbi,
    functionName: 'mint',
    args: [recipient, 2n],
  })
  await eventually(() => pendingCount(account.address)).toBe(2)
  await network.testClient.mine({ blocks: 1 })
  expect([(await old).status, (await next).status]).toEqual(['success', 'success'])
})

test('gives up after its time, and says that the transaction may still be mined', async () => {
  const { mint } = setUp({ now: fastClock, speedUpAfterMs: 1e9, timeoutMs: 3000 })
  await withoutMining()
  await expect(mint(1n)).rejects.toMatchObject({
    code: 'chain.unreachable',
    hint: expect.stringContaining('may still be mined'),
  })
})

test('says which chain does not answer, or is not the one expected', async () => {
  await expect(connectChain({ rpcUrl: 'http://127.0.0.1:1' })).rejects.toMatchObject({
    code: 'chain.unreachable',
  })
  await expect(connectChain({ rpcUrl: network.anvil.rpcUrl, chainId: 1 })).rejects.toMatchObject({
    code: 'chain.wrong-network',
    details: { chainId: 31337, expected: 1 },
  })
})
