import type { CloseReason } from '@sublet/contracts'
import {
  type Address,
  type Agreement,
  accrued,
  fundedUntil,
  type Hex,
  type LeaseHistoryEvent,
  leaseIdOf,
  SubletError,
  type VoucherChannel,
} from '@sublet/protocol'
import { createPublicClient, http, recoverTypedDataAddress } from 'viem'
import type { ChainClient } from '../chain/chain-client.ts'
import type { Settlement } from '../chain/chain-lease.ts'
import type { ChainNode } from '../chain/chain-node.ts'

interface Held {
  agreement: Agreement
  openedAt: number
  toppedUp: bigint
  settlement?: Settlement
}

/** An escrow and a registry in memory, by the contracts' rules, for tests that need no node. */
export interface MemoryChain {
  readonly leases: ReadonlyMap<Hex, Held>
  readonly cancelled: ReadonlySet<Hex>
  /** Every lease that was ever opened. */
  readonly opened: readonly Hex[]
  fund(account: Address, amounts: { wallet?: bigint; escrow?: bigint }): void
  register(node: ChainNode): void
  /** What the contract checks, apart from signatures. Throws `chain.reverted`. */
  open(agreement: Agreement): { openedAt: number; transaction: Hex }
  settle(leaseId: Hex, amount: bigint, reason: CloseReason): Settlement
  client(account: Address): ChainClient
}

const unlockSeconds = 86_400
const token: Address = '0x00000000000000000000000000000000000000aa'
const escrow: Address = '0x00000000000000000000000000000000000000ee'
const transaction: Hex = `0x${'ab'.repeat(32)}`

export function createMemoryChain(now: () => number): MemoryChain {
  const leases = new Map<Hex, Held>()
  const cancelled = new Set<Hex>()
  const opened: Hex[] = []
  const wallets = new Map<Address, bigint>()
  const balances = new Map<Address, bigint>()
  const nodes = new Map<Address, ChainNode>()
  const channels = new Map<Address, Map<Address, VoucherChannel>>()
  const channelOf = (tenant: Address, provider: Address): VoucherChannel =>
    channels.get(tenant)?.get(provider) ?? { provider, collateral: 0n, redeemed: 0n, unlockAt: 0 }
  const setChannel = (tenant: Address, channel: VoucherChannel) =>
    channels.set(tenant, new Map(channels.get(tenant)).set(channel.provider, channel))
  const seconds = () => Math.floor(now() / 1000)
  const add = (to: Map<Address, bigint>, account: Address, amount: bigint) =>
    to.set(account, (to.get(account) ?? 0n) + amount)
  const revert = (sentence: string) => new SubletError('chain.reverted', sentence)
  const statusOf = (leaseId: Hex) => {
    const held = leases.get(leaseId)
    if (held !== undefined) return held.settlement === undefined ? 'open' : 'closed'
    return cancelled.has(leaseId) ? 'cancelled' : 'none'
  }
  const moneyOf = ({ agreement, openedAt, toppedUp }: Held) => ({
    ratePerHour: agreement.ratePerHour,
    deposit: agreement.deposit + toppedUp,
    openedAt,
    maxDuration: agreement.maxDuration,
  })

  const settle: MemoryChain['settle'] = (leaseId, amount, reason) => {
    const held = leases.get(leaseId)
    if (held === undefined || held.settlement !== undefined) throw revert('The lease is not open.')
    const { deposit } = moneyOf(held)
    if (amount > accrued(moneyOf(held), seconds())) throw revert('More than has accrued.')
    held.settlement = { transaction, reason, paid: amount, refunded: deposit - amount }
    add(balances, held.agreement.tenant, deposit - amount)
    add(balances, held.agreement.provider, amount)
    return held.settlement
  }

  return {
    leases,
    cancelled,
    opened,
    fund(account, { wallet = 0n, escrow: inEscrow = 0n }) {
      add(wallets, account, wallet)
      add(balances, account, inEscrow)
    },
    register(node) {
      nodes.set(node.address, node)
    },
    open(agreement) {
      const leaseId = leaseIdOf(agreement.tenant, agreement.salt)
      if (statusOf(leaseId) !== 'none') throw revert('This salt was used before.')
      if (seconds() > agreement.startBy) throw revert('The start deadline has passed.')
      if ((balances.get(agreement.tenant) ?? 0n) < agreement.deposit)
        throw revert('The tenant lacks the deposit.')
      add(balances, agreement.tenant, -agreement.deposit)
      leases.set(leaseId, { agreement, openedAt: seconds(), toppedUp: 0n })
      opened.push(leaseId)
      return { openedAt: seconds(), transaction }
    },
    settle,
    client(account) {
      const chain: ChainClient = {
        rpcUrl: 'http://127.0.0.1:1',
        addresses: {
          chainId: 31337,
          escrow,
          nodeRegistry: escrow,
          networkToken: token,
          testDollar: token,
          deployedAtBlock: 0n,
        },
        domain: { chainId: 31337, escrow },
        token,
        tokenSymbol: 'TUSD',
        tokenDecimals: 6,
        account,
        publicClient: createPublicClient({ transport: http('http://127.0.0.1:1') }),
        nowSeconds: async () => seconds(),
        tokenBalance: async (of = account) => wallets.get(of) ?? 0n,
        escrowBalance: async (of = account) => balances.get(of) ?? 0n,
        gasBalance: async () => 10n ** 18n,
        async deposit(amount) {
          if ((wallets.get(account) ?? 0n) < amount)
            throw new SubletError('funds.insufficient', 'Too little.')
          add(wallets, account, -amount)
          add(balances, account, amount)
        },
        async withdraw(amount) {
          add(balances, account, -amount)
          add(wallets, account, amount)
        },
        async topUp(agreement, amount) {
          const held = leases.get(leaseIdOf(agreement.tenant, agreement.salt))
          if (held === undefined || held.settlement !== undefined) throw revert('The lease is not open.')
          if ((balances.get(account) ?? 0n) < amount)
            throw new SubletError('funds.insufficient', 'Too little.')
          add(balances, account, -amount)
          held.toppedUp += amount
        },
        async closeLease(agreement) {
          const leaseId = leaseIdOf(agreement.tenant, agreement.salt)
          const held = leases.get(leaseId)
          if (held?.settlement !== undefined) return held.settlement
          if (held === undefined) throw revert('The lease is not open.')
          return settle(leaseId, accrued(moneyOf(held), seconds()), 'tenant')
        },
        async forbidLease(salt) {
          const leaseId = leaseIdOf(account, salt)
          const held = leases.get(leaseId)
          if (held === undefined) {
            cancelled.add(leaseId)
            return undefined
          }
          return chain.closeLease(held.agreement)
        },
        async lease(leaseId) {
          const held = leases.get(leaseId)
          return {
            leaseId,
            status: statusOf(leaseId),
            openedAt: held?.openedAt ?? 0,
            toppedUp: held?.toppedUp ?? 0n,
            drawn: 0n,
            creditSeconds: 0,
            noticeEndsAt: 0,
            endedAt: 0,
            noticeSeconds: 0,
          }
        },
        async leaseMoney(agreement) {
          const leaseId = leaseIdOf(agreement.tenant, agreement.salt)
          const held = leases.get(leaseId)
          if (held === undefined || held.settlement !== undefined) throw revert('The lease is not open.')
          const money = moneyOf(held)
          return {
            ...(await chain.lease(leaseId)),
            fundedUntil: fundedUntil(money),
            deposit: money.deposit,
            accrued: accrued(money, seconds()),
          }
        },
        fundedUntil: async (agreement) => (await chain.leaseMoney(agreement)).fundedUntil,
        async leaseOpening(leaseId) {
          const held = leases.get(leaseId)
          return held === undefined ? undefined : { agreement: held.agreement, transaction }
        },
        settlement: async (leaseId) => leases.get(leaseId)?.settlement,
        histories: async (of) =>
          new Map(
            [...leases].flatMap(([leaseId, held]) => {
              const wanted =
                'leaseId' in of ? of.leaseId === leaseId : of.provider === held.agreement.provider
              return wanted ? [[leaseId, historyOf(held)] as const] : []
            }),
          ),
        channels: {
          channel: async (provider) => channelOf(account, provider),
          all: async () => [...(channels.get(account) ?? new Map()).values()],
          async fund(provider, amount) {
            if ((balances.get(account) ?? 0n) < amount)
              throw new SubletError('funds.insufficient', 'Too little.')
            add(balances, account, -amount)
            const before = channelOf(account, provider)
            setChannel(account, { ...before, collateral: before.collateral + amount, unlockAt: 0 })
          },
          async requestUnlock(provider) {
            setChannel(account, { ...channelOf(account, provider), unlockAt: seconds() + unlockSeconds })
          },
          async unlock(provider) {
            const before = channelOf(account, provider)
            if (before.unlockAt === 0 || seconds() < before.unlockAt) throw revert('It is too early.')
            add(balances, account, before.collateral)
            setChannel(account, { ...before, collateral: 0n, unlockAt: 0 })
          },
        },
        node: async (address) => nodes.get(address),
        async isSignedBy(signer, data, signature) {
          const recovered = await recoverTypedDataAddress({ ...data, signature }).catch(() => undefined)
          return recovered?.toLowerCase() === signer.toLowerCase()
        },
      }
      return chain
    },
  }
}

/** No fees here, and all at the time of the opening: nobody charges in memory. */
function historyOf({ agreement, openedAt, settlement }: Held): LeaseHistoryEvent[] {
  const opened: LeaseHistoryEvent = {
    kind: 'opened',
    agreement,
    treasuryFeeBps: 0,
    atSeconds: openedAt,
    transaction,
  }
  if (settlement === undefined) return [opened]
  const { paid, refunded, reason } = settlement
  return [
    opened,
    { kind: 'closed', toProvider: paid, fees: 0n, refunded, reason, atSeconds: openedAt, transaction },
  ]
}
