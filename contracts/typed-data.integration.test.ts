import {
  type Agreement,
  agreementTypedData,
  creditTypedData,
  hashAgreement,
  hashVoucher,
  leaseIdOf,
  settlementTypedData,
} from '@sublet/protocol'
import fc from 'fast-check'
import { encodeFunctionData, type Hex, toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { escrowAbi } from './src/generated/escrow-abi.ts'
import { startEscrowNetwork, testAccount } from './src/testing/escrow-network.ts'

/** What wallets sign is what the contract checks: the protocol package's hashes against the contract's own. */
let n: Awaited<ReturnType<typeof startEscrowNetwork>>
const tenant = testAccount(10)
const provider = testAccount(11)
const stranger = testAccount(12)

beforeAll(async () => {
  n = await startEscrowNetwork()
  for (const account of [tenant, stranger]) await n.giveEther(account.address)
  await n.giveDollars(tenant, 1_000_000n)
})
afterAll(() => n?.stop())

const onEscrow = () => ({ address: n.network.escrow, abi: escrowAbi }) as const

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => toHex(bytes))
const amount = fc.bigInt({ min: 0n, max: 2n ** 96n - 1n })
const anyAgreement: fc.Arbitrary<Agreement> = fc.record({
  tenant: bytes(20),
  provider: bytes(20),
  indexer: bytes(20),
  token: bytes(20),
  ratePerHour: amount,
  deposit: amount,
  maxDuration: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  indexerFeeBps: fc.integer({ min: 0, max: 10_000 }),
  termsHash: bytes(32),
  salt: bytes(32),
  startBy: fc.integer({ min: 1, max: 2 ** 40 - 1 }),
})

test('any agreement has the same hash and the same lease id here and on the chain', async () => {
  const property = fc.asyncProperty(anyAgreement, async (agreement) => {
    const digest = await n.publicClient.readContract({
      ...onEscrow(),
      functionName: 'hashAgreement',
      args: [agreement],
    })
    expect(hashAgreement(agreement, n.domain)).toBe(digest)
    const leaseId = await n.publicClient.readContract({
      ...onEscrow(),
      functionName: 'leaseIdOf',
      args: [agreement.tenant, agreement.salt],
    })
    expect(leaseIdOf(agreement.tenant, agreement.salt)).toBe(leaseId)
  })
  await fc.assert(property, { numRuns: 200 })
})

test('any voucher has the same hash here and on the chain', async () => {
  const property = fc.asyncProperty(bytes(20), bytes(20), bytes(20), amount, async (...fields) => {
    const [tenant, provider, token, total] = fields
    const ours = hashVoucher({ tenant, provider, token, total }, n.domain)
    const theirs = await n.publicClient.readContract({
      ...onEscrow(),
      functionName: 'hashVoucher',
      args: fields,
    })
    expect(ours).toBe(theirs)
  })
  await fc.assert(property, { numRuns: 100 })
})

/** The contract has no view for these two: it takes a stranger's word for them only with the right signatures. */
test('signatures over credits and settlements count on the chain', async () => {
  const send = (data: Hex) => n.send(stranger, n.network.escrow, data)
  const property = fc.asyncProperty(
    bytes(32),
    fc.integer({ min: 1, max: 500 }),
    fc.bigInt({ min: 0n, max: 100n }),
    async (salt, creditSeconds, settled) => {
      const agreement: Agreement = {
        tenant: tenant.address,
        provider: provider.address,
        indexer: '0x0000000000000000000000000000000000000000',
        token: n.network.testDollar,
        ratePerHour: 3_600n,
        deposit: 3_600n,
        maxDuration: 0,
        indexerFeeBps: 0,
        termsHash: toHex('terms', { size: 32 }),
        salt,
        startBy: 2_000_000_000,
      }
      const leaseId = leaseIdOf(tenant.address, salt)
      const terms = agreementTypedData(agreement, n.domain)
      const signatures = [await tenant.signTypedData(terms), await provider.signTypedData(terms)] as const
      await send(
        encodeFunctionData({ abi: escrowAbi, functionName: 'open', args: [agreement, ...signatures] }),
      )
      await n.testClient.increaseTime({ seconds: 600 })
      const credit = await provider.signTypedData(creditTypedData({ leaseId, creditSeconds }, n.domain))
      await send(
        encodeFunctionData({
          abi: escrowAbi,
          functionName: 'creditByProvider',
          args: [agreement, creditSeconds, credit],
        }),
      )
      const end = settlementTypedData({ leaseId, amount: settled, until: agreement.startBy }, n.domain)
      const ends = [await tenant.signTypedData(end), await provider.signTypedData(end)] as const
      const before = await balanceOf(provider.address)
      await send(
        encodeFunctionData({
          abi: escrowAbi,
          functionName: 'settle',
          args: [agreement, settled, agreement.startBy, ...ends],
        }),
      )
      // The fixture's treasury takes two per cent, rounded down.
      expect((await balanceOf(provider.address)) - before).toBe(settled - (settled * 200n) / 10_000n)
    },
  )
  await fc.assert(property, { numRuns: 10 })
})

const balanceOf = (account: Hex) =>
  n.publicClient.readContract({
    ...onEscrow(),
    functionName: 'balanceOf',
    args: [account, n.network.testDollar],
  })
