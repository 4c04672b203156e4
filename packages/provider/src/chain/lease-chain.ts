import { escrowAbi, escrowContract, type NetworkAddresses, nodeRegistryAbi } from '@sublet/contracts'
import {
  type Address,
  type Agreement,
  type CloseRequest,
  creditTypedData,
  type EscrowDomain,
  type Hex,
  type LeaseHistoryEvent,
  leaseIdOf,
  type RedeemableVoucher,
} from '@sublet/protocol'
import type { ChainClient, ChainLease, ChainNode, Settlement } from '@sublet/sdk'
import { explainChainError } from '@sublet/sdk'
import {
  encodeEventTopics,
  erc20Abi,
  type LocalAccount,
  type LogTopic,
  numberToHex,
  pad,
  type TypedDataDefinition,
} from 'viem'
import type { ChannelView } from '../voucher/decide-vouchers.ts'
import type { JournalledSender } from './journalled-sender.ts'
import { nodeBehind, readOpenedLease } from './opened-lease.ts'

export interface Opened {
  transaction: Hex
  /** Chain time, unix seconds. */
  openedAt: number
}

/**
 * The chain as a provider needs it. Reading throws `chain.unreachable`; sending also `chain.reverted` and
 * `funds.insufficient`. Amounts are token base units.
 */
export interface LeaseChain {
  readonly domain: EscrowDomain
  /** Time of the latest block, unix seconds. */
  nowSeconds(): Promise<number>
  blockNumber(): Promise<bigint>
  freeBalance(account: Address, token: Address): Promise<bigint>
  /** What an account holds itself. */
  walletBalance(account: Address, token: Address): Promise<bigint>
  /**
   * Given the instant of its opening, unix seconds, a node that is behind and knows of no lease counts as unreachable;
   * the answer `none` says then that the chain has taken the opening back.
   */
  lease(leaseId: Hex, openedAt?: number): Promise<ChainLease>
  /** Undefined until the lease was closed. */
  settlement(leaseId: Hex): Promise<Settlement | undefined>
  /** What happened to this provider's leases, by lease. */
  histories(): Promise<Map<Hex, LeaseHistoryEvent[]>>
  /** What a unit of gas costs now. */
  gasPriceWei(): Promise<bigint>
  isSignedBy(account: Address, data: TypedDataDefinition, signature: Hex): Promise<boolean>
  /** Leases of this provider that somebody closed, topped up, credited or drew from in these blocks; one query for all. */
  touchedBetween(fromBlock: bigint, toBlock: bigint): Promise<Hex[]>

  /**
   * Whether the escrow would open the lease now: both signatures, EIP-1271 and operators' too, balance, salt, deadline.
   * Throws `chain.reverted` or `funds.insufficient` with the contract's reason.
   */
  checkOpening(agreement: Agreement, tenantSignature: Hex, providerSignature: Hex): Promise<void>
  /** Nothing is sent before `noted` is kept. */
  open(
    agreement: Agreement,
    tenantSignature: Hex,
    providerSignature: Hex,
    noted?: Promise<unknown>,
  ): Promise<Opened>
  close(agreement: Agreement): Promise<void>
  settle(agreement: Agreement, settlement: NonNullable<CloseRequest['settlement']>): Promise<void>
  giveNotice(agreement: Agreement): Promise<void>
  /** How long a notice takes on this network; the DAO may change it. */
  noticeSeconds(): Promise<number>
  credit(agreement: Agreement, creditSeconds: number): Promise<void>
  /** Moves what a lease has earned into the provider's balance in the escrow. */
  withdrawLease(agreement: Agreement): Promise<void>
  /** Moves tokens out of the escrow: to the payout address where one is set. */
  withdraw(token: Address, amount: bigint): Promise<Hex>

  /** A tenant's voucher channel with this provider. */
  channel(tenant: Address): Promise<ChannelView>
  /** Moves what vouchers say out of their channels into the provider's balance in the escrow. */
  redeem(vouchers: readonly RedeemableVoucher[]): Promise<void>
  node(): Promise<ChainNode | undefined>
  register(endpoint: string, publicKey: Hex): Promise<void>
  update(endpoint: string, publicKey: Hex, capacity: number): Promise<void>
}

export interface LeaseChainOptions {
  client: ChainClient
  addresses: NetworkAddresses
  account: LocalAccount
  sender: JournalledSender
}

/** Whatever happens to an open lease, with lease, tenant and provider in its topics. */
const touchingTopics = (
  ['LeaseToppedUp', 'LeaseWithdrawn', 'LeaseNoticeGiven', 'LeaseCredited', 'LeaseClosed'] as const
).map((eventName) => encodeEventTopics({ abi: escrowAbi, eventName })[0])

const providerRole = 0
const noHash = `0x${'00'.repeat(32)}` as const
const zeroAddress = `0x${'00'.repeat(20)}` as const

export function createLeaseChain({ client, addresses, account, sender }: LeaseChainOptions): LeaseChain {
  const { publicClient } = client
  const onEscrow = { address: client.domain.escrow, abi: escrowAbi } as const
  const { read } = escrowContract(client.domain.escrow, publicClient)
  const onRegistry = { address: addresses.nodeRegistry, abi: nodeRegistryAbi } as const
  const idOf = ({ tenant, salt }: Agreement) => leaseIdOf(tenant, salt)

  const explained = async <T>(reading: Promise<T>): Promise<T> => {
    try {
      return await reading
    } catch (error) {
      throw explainChainError(error, client.rpcUrl)
    }
  }

  /** The transaction is mined, whatever the node that is asked for its block has heard of. */
  const blockTime = async (blockNumber: bigint) => {
    const block = await publicClient.getBlock({ blockNumber }).catch((cause: unknown) => {
      throw nodeBehind(client.rpcUrl, cause)
    })
    return block.timestamp
  }

  return {
    domain: client.domain,
    nowSeconds: client.nowSeconds,
    blockNumber: () => explained(publicClient.getBlockNumber({ cacheTime: 0 })),
    freeBalance: (of, token) => explained(read.balanceOf([of, token])),
    walletBalance: (of, token) =>
      explained(
        publicClient.readContract({
          address: token,
          abi: erc20Abi,
          functionName: 'balanceOf',
          args: [of],
        }),
      ),
    lease: (leaseId, openedAt) =>
      openedAt === undefined ? client.lease(leaseId) : readOpenedLease(client, leaseId, openedAt),
    settlement: client.settlement,
    histories: () => client.histories({ provider: account.address.toLowerCase() as Address }),
    gasPriceWei: () => explained(publicClient.getGasPrice()),
    isSignedBy: client.isSignedBy,

    async touchedBetween(fromBlock, toBlock) {
      const filter = {
        address: onEscrow.address,
        topics: [touchingTopics, null, null, pad(account.address, { size: 32 })] as LogTopic[],
        fromBlock: numberToHex(fromBlock),
        toBlock: numberToHex(toBlock),
      }
      const logs = await explained(publicClient.request({ method: 'eth_getLogs', params: [filter] }))
      return [...new Set(logs.flatMap(({ topics: [, leaseId] }) => (leaseId === undefined ? [] : [leaseId])))]
    },

    async checkOpening(agreement, tenantSignature, providerSignature) {
      await explained(
        publicClient.simulateContract({
          ...onEscrow,
          account: account.address,
          functionName: 'open',
          args: [agreement, tenantSignature, providerSignature],
        }),
      )
    },

    async open(agreement, tenantSignature, providerSignature, noted) {
      const { transactionHash, blockNumber, logs } = await sender.send(
        { kind: 'open', leaseId: idOf(agreement) },
        { ...onEscrow, functionName: 'open', args: [agreement, tenantSignature, providerSignature] },
        noted,
      )
      // Newer nodes tell the block's time with the receipt.
      const time = logs[0]?.blockTimestamp ?? (await blockTime(blockNumber))
      return { transaction: transactionHash, openedAt: Number(time) }
    },

    async close(agreement) {
      const leaseId = idOf(agreement)
      await sender.send({ kind: 'close', leaseId }, { ...onEscrow, functionName: 'close', args: [agreement] })
    },

    async settle(agreement, { amount, until, tenantSignature }) {
      await sender.send(
        { kind: 'settle', leaseId: idOf(agreement) },
        {
          ...onEscrow,
          functionName: 'settle',
          // The provider sends it, which counts as its signature.
          args: [agreement, amount, until, tenantSignature, '0x'],
        },
      )
    },

    async giveNotice(agreement) {
      const leaseId = idOf(agreement)
      await sender.send(
        { kind: 'notice', leaseId },
        { ...onEscrow, functionName: 'giveNotice', args: [agreement] },
      )
    },

    noticeSeconds: () => explained(read.noticePeriod()),

    async credit(agreement, creditSeconds) {
      const leaseId = idOf(agreement)
      const signature = await account.signTypedData(
        creditTypedData({ leaseId, creditSeconds }, client.domain),
      )
      await sender.send(
        { kind: 'credit', leaseId },
        { ...onEscrow, functionName: 'creditByProvider', args: [agreement, creditSeconds, signature] },
      )
    },

    async withdrawLease(agreement) {
      const leaseId = idOf(agreement)
      await sender.send(
        { kind: 'withdraw', leaseId },
        { ...onEscrow, functionName: 'withdrawLease', args: [agreement] },
      )
    },

    async withdraw(token, amount) {
      const { transactionHash } = await sender.send(
        { kind: 'withdraw' },
        { ...onEscrow, functionName: 'withdraw', args: [token, amount] },
      )
      return transactionHash
    },

    async channel(tenant) {
      const { collateral, redeemed, unlockAt } = await explained(
        read.channel([tenant, account.address, client.token]),
      )
      return { collateral, redeemed, unlockAt }
    },
    async redeem(vouchers) {
      await sender.send(
        { kind: 'redeem' },
        { ...onEscrow, functionName: 'redeemBatch', args: [account.address, client.token, vouchers] },
      )
    },
    node: () => client.node(account.address),

    async register(endpoint, publicKey) {
      await sender.send(
        { kind: 'register' },
        {
          ...onRegistry,
          functionName: 'register',
          args: [providerRole, endpoint, publicKey, zeroAddress, noHash],
        },
      )
    },

    async update(endpoint, publicKey, capacity) {
      await sender.send(
        { kind: 'update' },
        { ...onRegistry, functionName: 'update', args: [endpoint, publicKey, noHash, capacity] },
      )
    },
  }
}
