import {
  type Address,
  type Agreement,
  depositFor,
  type LeaseStatus,
  leaseIdOf,
  type SignedVoucher,
  type VoucherState,
  voucherTypedData,
} from '@sublet/protocol'
import { recoverTypedDataAddress } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { expect, test } from 'vitest'
import { createMemoryChain } from '../testing/memory-chain.ts'
import { createVoucherPayer } from './create-voucher-payer.ts'

const intervalSeconds = 10
const ratePerHour = 3_600_000n
const interval = depositFor(ratePerHour, intervalSeconds)
const provider: Address = `0x${'0a'.repeat(20)}`

function aPayer() {
  const clock = { nowMs: 1_800_000_000_000 }
  const account = privateKeyToAccount(generatePrivateKey())
  const tenant = account.address.toLowerCase() as Address
  const memory = createMemoryChain(() => clock.nowMs)
  memory.fund(tenant, { escrow: 1_000_000_000n })
  const chain = memory.client(tenant)
  const payer = () =>
    createVoucherPayer({
      ...{ account, chain, intervalSeconds, collateralSeconds: 3_600, now: () => clock.nowMs },
    })
  const agreement: Agreement = {
    ...{ tenant, provider, indexer: provider, token: chain.token, ratePerHour, deposit: 0n },
    ...{ maxDuration: 0, indexerFeeBps: 0, termsHash: `0x${'01'.repeat(32)}`, startBy: 1_900_000_000 },
    salt: `0x${'02'.repeat(32)}`,
  }
  const sent: SignedVoucher[] = []
  const statusOf = (
    voucher: VoucherState | undefined,
    phase: LeaseStatus['phase'] = 'active',
  ): LeaseStatus => ({
    ...{ leaseId: leaseIdOf(tenant, agreement.salt), tenant, provider, deployment: 'test', phase },
    ...{ message: '', ratePerHour, deposit: 0n, services: [], endpoints: [], phaseAtMs: {} },
    ...(voucher === undefined ? {} : { voucher }),
  })
  const client = {
    async sendVoucher(_leaseId: string, signed: SignedVoucher) {
      sent.push(signed)
      return statusOf({ held: held(signed), paidUntil: 0 })
    },
  }
  const held = ({ voucher, signature }: SignedVoucher) => ({ total: voucher.total, signature })
  return { clock, chain, payer, agreement, sent, statusOf, client, tenant, held }
}

test('signs what was served and one interval more, never beyond', async () => {
  const { clock, chain, payer, agreement, sent, statusOf, client, tenant, held } = aPayer()
  const one = payer()
  await one.prepare(agreement)
  expect((await chain.channels.channel(provider)).collateral).toBe(depositFor(ratePerHour, 3_600))
  await one.answer(client, agreement, statusOf({ askedTotal: interval, paidUntil: 0 }, 'opening'))
  const [first] = sent
  if (first === undefined) throw new Error('nothing was signed')
  expect(first.voucher.total).toBe(interval)
  expect(
    (
      await recoverTypedDataAddress({
        ...voucherTypedData(first.voucher, chain.domain),
        signature: first.signature,
      })
    ).toLowerCase(),
  ).toBe(tenant)
  const ask = (askedTotal: bigint) =>
    one.answer(client, agreement, statusOf({ askedTotal, held: held(first), paidUntil: 0 }))
  await expect(ask(2n * interval)).rejects.toMatchObject({ code: 'voucher.excessive' })
  clock.nowMs += intervalSeconds * 1000
  await ask(2n * interval)
  expect(sent.map(({ voucher }) => voucher.total)).toEqual([interval, 2n * interval])
})

test('learns from its own signature what it signed before it was started anew, and from no other’s', async () => {
  const { clock, payer, agreement, sent, statusOf, client, held } = aPayer()
  const before = payer()
  await before.answer(client, agreement, statusOf({ askedTotal: interval, paidUntil: 0 }, 'opening'))
  const [first] = sent
  if (first === undefined) throw new Error('nothing was signed')
  clock.nowMs += 5_000
  const asked = interval + depositFor(ratePerHour, 5)
  await payer().answer(client, agreement, statusOf({ askedTotal: asked, held: held(first), paidUntil: 0 }))
  expect(sent.at(-1)?.voucher.total).toBe(asked)
  const forged = { total: 10n * interval, signature: first.signature }
  await expect(
    payer().answer(client, agreement, statusOf({ askedTotal: 11n * interval, held: forged, paidUntil: 0 })),
  ).rejects.toMatchObject({ code: 'voucher.excessive' })
})

test('funds the channel again before what it signs passes the collateral', async () => {
  const { chain, payer, agreement, statusOf, client } = aPayer()
  await chain.channels.fund(provider, 1n)
  await payer().answer(client, agreement, statusOf({ askedTotal: interval, paidUntil: 0 }, 'opening'))
  expect((await chain.channels.channel(provider)).collateral).toBe(1n + depositFor(ratePerHour, 3_600))
})

test('lets a running lease use up what an unlock leaves, and takes the unlock back for a next lease', async () => {
  const { chain, payer, agreement, statusOf, client, sent } = aPayer()
  const one = payer()
  await chain.channels.fund(provider, interval)
  await chain.channels.requestUnlock(provider)
  const { unlockAt } = await chain.channels.channel(provider)
  await one.answer(client, agreement, statusOf({ askedTotal: interval, paidUntil: 0 }))
  expect(sent.map(({ voucher }) => voucher.total)).toEqual([interval])
  expect(await chain.channels.channel(provider)).toMatchObject({ collateral: interval, unlockAt })
  await one.prepare(agreement)
  expect(await chain.channels.channel(provider)).toMatchObject({
    collateral: interval + depositFor(ratePerHour, 3_600),
    unlockAt: 0,
  })
})
