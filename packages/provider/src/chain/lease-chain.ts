import { escrowAbi, type NetworkAddresses, nodeRegistryAbi } from '@sublet/contracts'
import {
  type Address,
  type Agreement,
  creditTypedData,
  type EscrowDomain,
  type Hex,
  leaseIdOf,
} from '@sublet/protocol'
import type { ChainClient, ChainLease, ChainNode, Settlement } from '@sublet/sdk'
import { explainChainError } from '@sublet/sdk'
import type { LocalAccount, TypedDataDefinition } from 'viem'
import type { JournalledSender } from './journalled-sender.ts'

export interface Opened {
  transaction: Hex
  /** Chain time, unix seconds. */
  openedAt: number
}

/** What happened to a lease on chain. */
export interface ChainEvent {
  leaseId: Hex
  kind: 'closed' | 'topped-up'
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
  lease(leaseId: Hex): Promise<ChainLease>
  /** Undefined until the lease was closed. */
  settlement(leaseId: Hex): Promise<Settlement | undefined>
  isSignedBy(account: Address, data: TypedDataDefinition, signature: Hex): Promise<boolean>
  /** Leases of this provider that were closed or topped up in these blocks. */
  eventsBetween(fromBlock: bigint, toBlock: bigint): Promise<ChainEvent[]>

  /**
   * Whether the escrow would open the lease now: both signatures, EIP-1271 and operators' too, balance, salt, deadline.
   * Throws `chain.reverted` or `funds.insufficient` with the contract's reason.
   */
  checkOpening(agreement: Agreement, tenantSignature: Hex, providerSignature: Hex): Promise<void>
  open(agreement: Agreement, tenantSignature: Hex, providerSignature: Hex): Promise<Opened>
  close(agreement: Agreement): Promise<void>
  settle(agreement: Agreement, amount: bigint, tenantSignature: Hex): Promise<void>
  giveNotice(agreement: Agreement): Promise<void>
  credit(agreement: Agreement, creditSeconds: number): Promise<void>
  /** Moves what a lease has earned into the provider's balance in the escrow. */
  withdrawLease(agreement: Agreement): Promise<void>
  /** Moves tokens out of the escrow: to the payout address where one is set. */
  withdraw(token: Address, amount: bigint): Promise<Hex>

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

const providerRole = 0
const noHash = `0x${'00'.repeat(32)}` as const
const zeroAddress = `0x${'00'.repeat(20)}` as const

export function createLeaseChain({ client, addresses, account, sender }: LeaseChainOptions): LeaseChain {
  const { publicClient } = client
  const onEscrow = { address: client.domain.escrow, abi: escrowAbi } as const
  const onRegistry = { address: addresses.nodeRegistry, abi: nodeRegistryAbi } as const
  const idOf = ({ tenant, salt }: Agreement) => leaseIdOf(tenant, salt)

  const explained = async <T>(reading: Promise<T>): Promise<T> => {
    try {
      return await reading
    } catch (error) {
      throw explainChainError(error, client.rpcUrl)
    }
  }

  return {
    domain: client.domain,
    nowSeconds: client.nowSeconds,
    blockNumber: () => explained(publicClient.getBlockNumber({ cacheTime: 0 })),
    freeBalance: (of, token) =>
      explained(publicClient.readContract({ ...onEscrow, functionName: 'balanceOf', args: [of, token] })),
    lease: client.lease,
    settlement: client.settlement,
    isSignedBy: client.isSignedBy,

    async eventsBetween(fromBlock, toBlock) {
      const range = {
        ...onEscrow,
        args: { provider: account.address },
        fromBlock,
        toBlock,
        strict: true,
      } as const
      const [closed, toppedUp] = await explained(
        Promise.all([
          publicClient.getContractEvents({ ...range, eventName: 'LeaseClosed' }),
          publicClient.getContractEvents({ ...range, eventName: 'LeaseToppedUp' }),
        ]),
      )
      return [
        ...toppedUp.map(({ args }) => ({ leaseId: args.leaseId, kind: 'topped-up' as const })),
        ...closed.map(({ args }) => ({ leaseId: args.leaseId, kind: 'closed' as const })),
      ]
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

    async open(agreement, tenantSignature, providerSignature) {
      const { transactionHash, blockNumber } = await sender.send(
        { kind: 'open', leaseId: idOf(agreement) },
        { ...onEscrow, functionName: 'open', args: [agreement, tenantSignature, providerSignature] },
      )
      const { timestamp } = await explained(publicClient.getBlock({ blockNumber }))
      return { transaction: transactionHash, openedAt: Number(timestamp) }
    },

    async close(agreement) {
      const leaseId = idOf(agreement)
      await sender.send({ kind: 'close', leaseId }, { ...onEscrow, functionName: 'close', args: [agreement] })
    },

    async settle(agreement, amount, tenantSignature) {
      await sender.send(
        { kind: 'settle', leaseId: idOf(agreement) },
        {
          ...onEscrow,
          functionName: 'settle',
          // The provider sends it, which counts as its signature.
          args: [agreement, amount, tenantSignature, '0x'],
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
