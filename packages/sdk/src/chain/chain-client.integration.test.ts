import {
  type Address,
  type Agreement,
  agreementTypedData,
  depositFor,
  type Hex,
  isSubletError,
  leaseIdOf,
  settlementTypedData,
} from '@sublet/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signSettlement } from '../rent/sign-settlement.ts'
import { type AnvilNetwork, startAnvilNetwork } from '../testing/anvil-network.ts'
import type { ChainClient } from './chain-client.ts'
import { createChainClient } from './create-chain-client.ts'

let network: AnvilNetwork
let chain: ChainClient
let salts = 0
const tenant = () => network.account(1)
const provider = () => network.account(2)
const lower = (address: string) => address.toLowerCase() as Address

beforeAll(async () => {
  network = await startAnvilNetwork()
  await network.mint(tenant().address, 1_000_000_000n)
  chain = await network.clientOf(tenant())
})
afterAll(() => network.stop())

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: unknown) => (isSubletError(error) ? error.code : String(error)),
  )

async function anAgreement(more: Partial<Agreement> = {}): Promise<Agreement> {
  salts += 1
  const ratePerHour = 3_600_000n
  return {
    tenant: lower(tenant().address),
    provider: lower(provider().address),
    indexer: '0x0000000000000000000000000000000000000000',
    token: chain.token,
    ratePerHour,
    deposit: depositFor(ratePerHour, 600),
    maxDuration: 0,
    indexerFeeBps: 0,
    termsHash: `0x${'07'.repeat(32)}`,
    salt: `0x${salts.toString(16).padStart(64, '0')}`,
    startBy: (await chain.nowSeconds()) + 3600,
    ...more,
  }
}

async function open(agreement: Agreement): Promise<Hex> {
  const data = agreementTypedData(agreement, chain.domain)
  const [tenantSignature, providerSignature] = await Promise.all([
    tenant().signTypedData(data),
    provider().signTypedData(data),
  ])
  const manifest = { agreement, tenantSignature, providerSignature }
  await network.providerChain(provider()).open(manifest as never)
  return leaseIdOf(agreement.tenant, agreement.salt)
}

test('moves money into the escrow and out again', async () => {
  const before = await chain.tokenBalance()
  await chain.deposit(100_000_000n)
  expect(await chain.escrowBalance()).toBe(100_000_000n)
  await chain.withdraw(40_000_000n)
  expect(await chain.escrowBalance()).toBe(60_000_000n)
  expect(await chain.tokenBalance()).toBe(before - 60_000_000n)
  expect(await chain.gasBalance()).toBeGreaterThan(0n)
  expect([chain.tokenSymbol, chain.tokenDecimals]).toEqual(['TUSD', 6])
})

test('gives each of many transactions sent at once a nonce of its own', async () => {
  const before = await chain.escrowBalance()
  await Promise.all(Array.from({ length: 8 }, () => chain.deposit(1_000_000n)))
  expect(await chain.escrowBalance()).toBe(before + 8_000_000n)
})

test('goes on sending after a transaction was refused', async () => {
  const before = await chain.escrowBalance()
  const results = await Promise.all([
    codeOf(chain.withdraw(10n ** 15n)),
    codeOf(chain.withdraw(1_000_000n)),
    codeOf(chain.withdraw(10n ** 15n)),
    codeOf(chain.deposit(1_000_000n)),
  ])
  expect(results).toEqual(['funds.insufficient', 'none', 'funds.insufficient', 'none'])
  expect(await chain.escrowBalance()).toBe(before)
})

test('knows a lease from opening to closing, and what it cost', async () => {
  await chain.deposit(50_000_000n)
  const agreement = await anAgreement()
  const leaseId = leaseIdOf(agreement.tenant, agreement.salt)
  expect((await chain.lease(leaseId)).status).toBe('none')
  expect(await chain.leaseOpening(leaseId)).toBeUndefined()
  expect(await codeOf(chain.leaseMoney(agreement))).toBe('chain.reverted')
  await open(agreement)
  expect((await chain.leaseOpening(leaseId))?.agreement).toEqual(agreement)
  await chain.topUp(agreement, 1_800_000n)
  const money = await chain.leaseMoney(agreement)
  expect(money).toMatchObject({
    status: 'open',
    toppedUp: 1_800_000n,
    deposit: agreement.deposit + 1_800_000n,
  })
  expect(money.fundedUntil).toBe(money.openedAt + 600 + 1800)
  await network.passSeconds(100)
  const before = await chain.escrowBalance()
  const settled = await chain.closeLease(agreement)
  expect(settled.reason).toBe('tenant')
  expect(settled.paid).toBeGreaterThanOrEqual(100_000n)
  expect(settled.paid).toBeLessThan(200_000n)
  expect(settled.paid + settled.refunded).toBe(money.deposit)
  expect(await chain.escrowBalance()).toBe(before + settled.refunded)
  expect(await chain.settlement(leaseId)).toEqual(settled)
  // Closing again changes nothing and says the same.
  expect(await chain.closeLease(agreement)).toEqual(settled)
})

test('signs a settlement that the escrow takes, though the last block is old', async () => {
  await chain.deposit(50_000_000n)
  const agreement = await anAgreement()
  const leaseId = await open(agreement)
  await network.passSeconds(60)
  const settlement = await signSettlement({ account: tenant(), chain, agreement })
  if (settlement === undefined) throw new Error('the lease is open')
  expect(settlement.amount).toBeGreaterThanOrEqual(60_000n)
  const data = settlementTypedData(
    { leaseId, amount: settlement.amount, until: settlement.until },
    chain.domain,
  )
  expect(await chain.isSignedBy(agreement.tenant, data, settlement.tenantSignature)).toBe(true)
  expect(settlement.until).toBeGreaterThan(await chain.nowSeconds())
  await network.providerChain(provider()).settle(agreement, settlement)
  expect(await chain.settlement(leaseId)).toMatchObject({ reason: 'settled', paid: settlement.amount })
  expect(await signSettlement({ account: tenant(), chain, agreement })).toBeUndefined()
})

test('forbids a lease that has not opened, and closes one that has', async () => {
  await chain.deposit(50_000_000n)
  const never = await anAgreement()
  expect(await chain.forbidLease(never.salt)).toBeUndefined()
  expect((await chain.lease(leaseIdOf(never.tenant, never.salt))).status).toBe('cancelled')
  await expect(open(never)).rejects.toMatchObject({ code: 'chain.reverted' })
  expect(await chain.forbidLease(never.salt)).toBeUndefined()
  const opened = await anAgreement()
  await open(opened)
  expect(await chain.forbidLease(opened.salt)).toMatchObject({ reason: 'tenant' })
})

test('says in a sentence why the escrow refuses', async () => {
  const agreement = await anAgreement()
  const error = await chain.topUp(agreement, 1n).catch((failure: unknown) => failure)
  expect(error).toMatchObject({ code: 'chain.reverted' })
  expect((error as Error).message).toMatch(/^[A-Z].*\.$/)
  const poor = await network.clientOf(network.account(5))
  expect(await codeOf(poor.deposit(1n))).toBe('funds.insufficient')
})

test('reads the registry', async () => {
  expect(await chain.node(provider().address)).toBeUndefined()
  const key: Hex = `0x${'5a'.repeat(32)}`
  await network.register(provider(), key, 'https://provider.test')
  expect(await chain.node(provider().address)).toMatchObject({
    roles: ['provider'],
    publicKey: key,
    endpoint: 'https://provider.test',
  })
})

test('tells a signature of the account from any other', async () => {
  const agreement = await anAgreement()
  const data = agreementTypedData(agreement, chain.domain)
  const signature = await provider().signTypedData(data)
  expect(await chain.isSignedBy(provider().address, data, signature)).toBe(true)
  expect(await chain.isSignedBy(tenant().address, data, signature)).toBe(false)
  expect(await chain.isSignedBy(provider().address, data, '0x1234')).toBe(false)
})

test('says that the chain does not answer, or is another', async () => {
  const { addresses, rpcUrl } = network
  expect(await codeOf(createChainClient({ rpcUrl: 'http://127.0.0.1:1', addresses }))).toBe(
    'chain.unreachable',
  )
  const others = { ...addresses, chainId: 1 }
  expect(await codeOf(createChainClient({ rpcUrl, addresses: others }))).toBe('chain.wrong-network')
  const token: Address = `0x${'01'.repeat(20)}`
  expect(await codeOf(createChainClient({ rpcUrl, addresses, token }))).toBe('chain.wrong-network')
})

test('reads without a wallet, and says that one is missing when it must sign', async () => {
  const reader = await network.clientOf()
  expect(await reader.escrowBalance(tenant().address)).toBeGreaterThan(0n)
  expect(await codeOf(reader.escrowBalance())).toBe('wallet.missing')
  expect(await codeOf(reader.withdraw(1n))).toBe('wallet.missing')
})
