import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Agreement, gangTypedData } from '@sublet/protocol'
import { type Address, encodeFunctionData, type Hex, keccak256, toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { escrowAbi } from './src/generated/escrow-abi.ts'
import { testDollarAbi } from './src/generated/test-dollar-abi.ts'
import { startEscrowNetwork, type TestAccount, testAccount } from './src/testing/escrow-network.ts'

/**
 * Gas of whole transactions, as the receipts of an unmodified anvil tell it: the 21,000, the calldata, cold storage, less refunds.
 * Everybody has been here before (no balance starts from zero), indexer and treasury both take a fee. The figures stand in
 * `snapshots/escrow.json`; `UPDATE_SNAPSHOTS=1` writes them anew.
 */
type Network = Awaited<ReturnType<typeof startEscrowNetwork>>
let n: Network
let figures: Record<string, number> = {}
const tenant = testAccount(10)
const provider = testAccount(11)
const indexer = testAccount(12)
const relayer = testAccount(13)
const operator = testAccount(14)
const batchSize = 64
let salt = 0

beforeAll(async () => {
  n = await startEscrowNetwork()
  for (const account of [tenant, provider, relayer]) await n.giveEther(account.address)
  for (const account of [tenant, provider, indexer]) await n.giveDollars(account, 10_000_000_000n)
  const first = terms()
  await open(first, provider)
  await n.testClient.increaseTime({ seconds: 600 })
  await close(first)
})

afterAll(async () => {
  await n?.stop()
  const path = fileURLToPath(new URL('./snapshots/escrow.json', import.meta.url))
  if (process.env.UPDATE_SNAPSHOTS) {
    await mkdir(fileURLToPath(new URL('./snapshots', import.meta.url)), { recursive: true })
    await writeFile(path, `${JSON.stringify(figures, null, 2)}\n`)
  }
})

function terms(by: Address = provider.address): Agreement {
  salt += 1
  return {
    tenant: tenant.address,
    provider: by,
    indexer: indexer.address,
    token: n.network.testDollar,
    ratePerHour: 400_000n,
    deposit: 1_200_000n,
    maxDuration: 86_400,
    indexerFeeBps: 100,
    termsHash: keccak256(toHex(`terms ${salt}`)),
    salt: keccak256(toHex(`salt ${salt}`)),
    startBy: 2_000_000_000,
  }
}

async function open(agreement: Agreement, sender: typeof provider): Promise<number> {
  const tenantSig = await n.signAgreement(tenant, agreement)
  const providerSig = sender === provider ? '0x' : await n.signAgreement(provider, agreement)
  const args = [agreement, tenantSig, providerSig] as const
  const data = encodeFunctionData({ abi: escrowAbi, functionName: 'open', args })
  return Number((await n.send(sender, n.network.escrow, data)).gasUsed)
}

async function close(agreement: Agreement): Promise<number> {
  const data = encodeFunctionData({ abi: escrowAbi, functionName: 'close', args: [agreement] })
  return Number((await n.send(tenant, n.network.escrow, data)).gasUsed)
}

/** Signatures by everybody but the sender, who needs none. */
function sign(signer: TestAccount, agreement: Agreement, sender: TestAccount): Hex | Promise<Hex> {
  return signer === sender ? '0x' : n.signAgreement(signer, agreement)
}

/** @param asGang the tenant signs all of them at once, instead of each */
async function pairInBatch(sender: TestAccount, providers: readonly TestAccount[], asGang = false) {
  const provider = (i: number) => providers[i % providers.length] ?? sender
  const agreements = Array.from({ length: batchSize }, (_, i) => terms(provider(i).address))
  const providerSigs = await Promise.all(agreements.map((terms, i) => sign(provider(i), terms, sender)))
  const opening = asGang
    ? encodeFunctionData({
        abi: escrowAbi,
        functionName: 'openGang',
        args: [agreements, await tenant.signTypedData(gangTypedData(agreements, n.domain)), providerSigs],
      })
    : encodeFunctionData({
        abi: escrowAbi,
        functionName: 'openBatch',
        args: [
          agreements,
          await Promise.all(agreements.map((terms) => sign(tenant, terms, sender))),
          providerSigs,
        ],
      })
  const opened = await n.send(sender, n.network.escrow, opening)
  await n.testClient.increaseTime({ seconds: 1200 })
  const closing = encodeFunctionData({ abi: escrowAbi, functionName: 'closeBatch', args: [agreements] })
  const closed = await n.send(tenant, n.network.escrow, closing)
  return Math.round(Number(opened.gasUsed + closed.gasUsed) / batchSize)
}

async function record(name: string, gas: number, most?: number): Promise<void> {
  figures = { ...figures, [name]: gas }
  if (most !== undefined) expect(gas, name).toBeLessThanOrEqual(most)
  if (process.env.UPDATE_SNAPSHOTS) return
  const path = fileURLToPath(new URL('./snapshots/escrow.json', import.meta.url))
  const standing = JSON.parse(await readFile(path, 'utf8')) as Record<string, number>
  expect(gas, `${name}: if the change is meant, run with UPDATE_SNAPSHOTS=1`).toBe(standing[name])
}

test('an ERC-20 transfer, to compare with', async () => {
  await n.send(
    n.deployer,
    n.network.testDollar,
    encodeFunctionData({ abi: testDollarAbi, functionName: 'mint', args: [tenant.address, 1000n] }),
  )
  const data = encodeFunctionData({
    abi: testDollarAbi,
    functionName: 'transfer',
    args: [n.network.escrow, 500n],
  })
  await record(
    'ERC-20 transfer, existing recipient',
    Number((await n.send(tenant, n.network.testDollar, data)).gasUsed),
  )
})

test('a deposit and a withdrawal', async () => {
  await n.send(
    n.deployer,
    n.network.testDollar,
    encodeFunctionData({
      abi: testDollarAbi,
      functionName: 'approve',
      args: [n.network.escrow, 2n ** 256n - 1n],
    }),
  )
  await n.send(
    n.deployer,
    n.network.testDollar,
    encodeFunctionData({ abi: testDollarAbi, functionName: 'mint', args: [n.deployer.address, 10_000n] }),
  )
  const deposit = encodeFunctionData({
    abi: escrowAbi,
    functionName: 'depositFor',
    args: [tenant.address, n.network.testDollar, 5_000n],
  })
  await record('deposit, again', Number((await n.send(n.deployer, n.network.escrow, deposit)).gasUsed))
  const withdraw = encodeFunctionData({
    abi: escrowAbi,
    functionName: 'withdraw',
    args: [n.network.testDollar, 1_000n],
  })
  await record('withdraw', Number((await n.send(tenant, n.network.escrow, withdraw)).gasUsed))
})

test('opening and closing a lease', async () => {
  for (const [who, sender] of [
    ['sent by the provider', provider],
    ['sent by a third party with both signatures', relayer],
  ] as const) {
    const agreement = terms()
    const opened = await open(agreement, sender)
    await n.testClient.increaseTime({ seconds: 1200 })
    const closed = await close(agreement)
    await record(`open, ${who}`, opened)
    await record(`close, opened ${who}`, closed)
    await record(`open + close, ${who}`, opened + closed, 130_000)
  }
})

test('opening a lease by an operator, whose open rate is counted', async () => {
  await n.giveEther(operator.address)
  const limits = [operator.address, n.network.testDollar, 10_000_000n, 100_000_000n, 2_000_000_000] as const
  const allow = encodeFunctionData({ abi: escrowAbi, functionName: 'setOperator', args: limits })
  await n.send(tenant, n.network.escrow, allow)
  for (const round of ['the first of', 'another of'] as const) {
    const agreement = terms()
    const args = [agreement, await n.signAgreement(operator, agreement), '0x'] as const
    const data = encodeFunctionData({ abi: escrowAbi, functionName: 'open', args })
    const opened = Number((await n.send(provider, n.network.escrow, data)).gasUsed)
    await record(`open, ${round} an operator's, sent by the provider`, opened)
    if (round === 'the first of') continue
    await n.testClient.increaseTime({ seconds: 1200 })
    await record("close, opened by a tenant's operator", await close(agreement))
  }
})

test('opening and closing 64 leases at once', async () => {
  await record('open + close in a batch of 64, one provider', await pairInBatch(provider, [provider]), 60_000)
  await record(
    'open + close in a batch of 64, third party with both signatures',
    await pairInBatch(relayer, [provider]),
    60_000,
  )
  const many = Array.from({ length: batchSize }, (_, i) => testAccount(100 + i))
  // Each has earned something here before.
  await pairInBatch(tenant, many)
  await record(
    'open + close in a batch of 64, 64 providers, sent by the tenant',
    await pairInBatch(tenant, many),
    60_000,
  )
  await record(
    'open + close in a gang of 64, 64 providers, sent by a third party',
    await pairInBatch(relayer, many, true),
    60_000,
  )
  await record(
    'open + close in a batch of 64, 64 providers, third party with both signatures',
    await pairInBatch(relayer, many),
  )
})

test('drawing on a lease', async () => {
  const agreement = terms()
  await open(agreement, provider)
  const draw = encodeFunctionData({ abi: escrowAbi, functionName: 'withdrawLease', args: [agreement] })
  await n.testClient.increaseTime({ seconds: 600 })
  await record('withdrawLease, first', Number((await n.send(provider, n.network.escrow, draw)).gasUsed))
  await n.testClient.increaseTime({ seconds: 600 })
  await record('withdrawLease, again', Number((await n.send(provider, n.network.escrow, draw)).gasUsed))
})

test('50 vouchers at once', async () => {
  const tenants = Array.from({ length: 50 }, (_, i) => testAccount(200 + i))
  const token = n.network.testDollar
  for (const account of tenants) {
    await n.giveEther(account.address)
    await n.giveDollars(account, 2_000_000n)
    const fund = encodeFunctionData({
      abi: escrowAbi,
      functionName: 'fundChannel',
      args: [provider.address, token, 1_000_000n],
    })
    await n.send(account, n.network.escrow, fund)
  }
  for (const [round, name] of [
    'voucher in a batch of 50, first',
    'voucher in a batch of 50, again',
  ].entries()) {
    const vouchers = await Promise.all(
      tenants.map((account) =>
        n.signVoucher(account, {
          tenant: account.address,
          provider: provider.address,
          token,
          total: 100_000n * BigInt(round + 1),
        }),
      ),
    )
    const data = encodeFunctionData({
      abi: escrowAbi,
      functionName: 'redeemBatch',
      args: [provider.address, token, vouchers],
    })
    await record(
      name,
      Math.round(Number((await n.send(provider, n.network.escrow, data)).gasUsed) / 50),
      14_000,
    )
  }
})
