import { type Address, type Agreement, leaseIdOf, SubletError, voucherTypedData } from '@sublet/protocol'
import { createLog } from '@sublet/service'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { expect, test } from 'vitest'
import { openVoucherDesk, type VoucherDesk } from './voucher-desk.ts'
import type { ChannelBook, LeaseBook, VoucherStore } from './voucher-store.ts'

const provider: Address = `0x${'0a'.repeat(20)}`
const token: Address = `0x${'05'.repeat(20)}`
const domain = { chainId: 31337, escrow: `0x${'0e'.repeat(20)}` as const }
const intervalSeconds = 10
const log = createLog({ name: 'test', level: 'silent' })

/** Keeps what is written through any number of desks; dies at a write when told to. */
function memoryStore() {
  const channels = new Map<string, ChannelBook>()
  const leases = new Map<string, LeaseBook>()
  const state = { failing: undefined as 'channel' | 'lease' | undefined }
  const unreachable = () => new SubletError('store.unreachable', 'gone')
  const store: VoucherStore = {
    read: async () => ({ channels: [...channels.values()], leases: [...leases.values()], ended: new Map() }),
    async saveChannel(book) {
      if (state.failing === 'channel') throw unreachable()
      channels.set(book.tenant, book)
    },
    async saveLease(book) {
      if (state.failing === 'lease') throw unreachable()
      leases.set(book.leaseId, book)
    },
  }
  return { store, state, channels, leases }
}

function aWorld() {
  const clock = { nowMs: 1_800_000_000_000 }
  const account = privateKeyToAccount(generatePrivateKey())
  const tenant = account.address.toLowerCase() as Address
  const memory = memoryStore()
  const channel = { collateral: 1_000n, redeemed: 0n, unlockAt: 0 }
  const agreementOf = (salt: string): Agreement => ({
    ...{ tenant, provider, indexer: provider, token, ratePerHour: 3_600n, deposit: 0n, maxDuration: 0 },
    ...{ indexerFeeBps: 0, termsHash: `0x${'01'.repeat(32)}`, salt: `0x${salt.repeat(32)}` },
    startBy: 1_900_000_000,
  })
  const open = () =>
    openVoucherDesk({
      ...{ store: memory.store, provider, token, log, now: () => clock.nowMs },
      chain: {
        ...{ domain, channel: async () => channel, isSignedBy: async () => true },
        noticeSeconds: async () => 60,
      },
      sleep: async (ms) => {
        clock.nowMs += ms
      },
      tell: () => undefined,
    })
  const ledgerOf = (desk: VoucherDesk, agreement: Agreement) =>
    desk.ledgerOf({
      leaseId: leaseIdOf(tenant, agreement.salt),
      agreement,
      manifest: { voucher: { intervalSeconds } } as never,
    })
  const pay = async (desk: VoucherDesk, total: bigint, signer = account) => {
    const voucher = { tenant, provider, token, total }
    const signature = await signer.signTypedData(voucherTypedData(voucher, domain))
    await desk.take(tenant, { voucher, signature })
  }
  const leaseId = (agreement: Agreement) => leaseIdOf(tenant, agreement.salt)
  return { clock, memory, channel, agreementOf, open, ledgerOf, pay, leaseId }
}

test('a lease begins with its first voucher, and its money ends where vouchers end', async () => {
  const { clock, agreementOf, open, ledgerOf, pay, leaseId } = aWorld()
  const desk = await open()
  const agreement = agreementOf('02')
  const ledger = ledgerOf(desk, agreement)
  await ledger.checkOpening(agreement, '0x', '0x')
  await expect(ledger.open(agreement, '0x', '0x')).rejects.toMatchObject({ code: 'funds.insufficient' })
  await pay(desk, 10n)
  const { openedAt } = await ledger.open(agreement, '0x', '0x')
  expect(openedAt).toBe(clock.nowMs / 1000)
  expect(await ledger.lease(leaseId(agreement))).toMatchObject({ status: 'open', toppedUp: 10n })
  clock.nowMs += 6_000
  await pay(desk, 16n)
  expect(await ledger.lease(leaseId(agreement))).toMatchObject({ toppedUp: 16n })
})

test('what was signed and not yet granted when the provider died is granted by the next', async () => {
  const { memory, agreementOf, open, ledgerOf, pay, leaseId, clock } = aWorld()
  const agreement = agreementOf('02')
  const first = await open()
  await pay(first, 10n)
  await ledgerOf(first, agreement).open(agreement, '0x', '0x')
  clock.nowMs += 6_000
  memory.state.failing = 'lease'
  // The voucher is on the disk; what it pays for is not.
  await expect(pay(first, 16n)).rejects.toMatchObject({ code: 'store.unreachable' })
  memory.state.failing = undefined
  expect([...memory.leases.values()][0]?.granted).toBe(10n)
  const next = await open()
  expect(await ledgerOf(next, agreement).lease(leaseId(agreement))).toMatchObject({ toppedUp: 16n })
})

test('nothing is served on a voucher that is not on the disk', async () => {
  const { memory, agreementOf, open, ledgerOf, pay, leaseId, clock } = aWorld()
  const agreement = agreementOf('02')
  const desk = await open()
  await pay(desk, 10n)
  const ledger = ledgerOf(desk, agreement)
  await ledger.open(agreement, '0x', '0x')
  clock.nowMs += 6_000
  memory.state.failing = 'channel'
  await expect(pay(desk, 16n)).rejects.toMatchObject({ code: 'store.unreachable' })
  expect(await ledger.lease(leaseId(agreement))).toMatchObject({ toppedUp: 10n })
})

test('two leases share a channel, and what one left over pays for the other', async () => {
  const { clock, memory, agreementOf, open, ledgerOf, pay, leaseId } = aWorld()
  const desk = await open()
  const [one, two] = [agreementOf('02'), agreementOf('03')]
  const [a, b] = [ledgerOf(desk, one), ledgerOf(desk, two)]
  await pay(desk, 20n)
  await a.open(one, '0x', '0x')
  await b.open(two, '0x', '0x')
  await expect(ledgerOf(desk, agreementOf('04')).open(agreementOf('04'), '0x', '0x')).rejects.toThrow()
  const closingMs = [...memory.leases.values()][0]?.openedAt ?? 0
  const settlement = await a.settle({
    closingMs: (closingMs + 4) * 1000,
    downtimeSeconds: 1,
    signal: new AbortController().signal,
  } as never)
  expect(settlement).toEqual({ paid: 3n, refunded: 7n })
  clock.nowMs = (closingMs + 6) * 1000
  expect((await b.lease(leaseId(two))).toppedUp).toBe(16n)
})

test('takes no voucher of another, and none that is smaller', async () => {
  const { memory, open, pay } = aWorld()
  const desk = await open()
  await pay(desk, 10n)
  const stranger = privateKeyToAccount(generatePrivateKey())
  await expect(pay(desk, 1_000n, stranger)).rejects.toMatchObject({ code: 'signature.invalid' })
  await pay(desk, 9n)
  expect([...memory.channels.values()][0]?.heldTotal).toBe(10n)
})
