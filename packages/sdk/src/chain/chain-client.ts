import type { NetworkAddresses } from '@sublet/contracts'
import type { Address, Agreement, EscrowDomain, Hex, LeaseHistoryEvent } from '@sublet/protocol'
import type { PublicClient, TypedDataDefinition } from 'viem'
import type { ChainLease, ChainLeaseMoney, LeaseOpening, Settlement } from './chain-lease.ts'
import type { ChainNode } from './chain-node.ts'
import type { VoucherChannels } from './voucher-channels.ts'

/**
 * The chain as a tenant needs it. Amounts are token base units. Reading throws `chain.unreachable`; sending also
 * `chain.reverted`, `funds.insufficient`, and `wallet.missing` when the client was made without an account.
 */
export interface ChainClient {
  readonly rpcUrl: string
  readonly addresses: NetworkAddresses
  /** Where signatures count. */
  readonly domain: EscrowDomain
  /** What leases are paid in. */
  readonly token: Address
  readonly tokenSymbol: string
  readonly tokenDecimals: number
  readonly account: Address | undefined
  readonly publicClient: PublicClient

  /** The chain's clock: the time that a block mined now would have, unix seconds. */
  nowSeconds(): Promise<number>
  /** What the wallet itself holds. */
  tokenBalance(of?: Address): Promise<bigint>
  /** What the escrow holds for it, free to be used. */
  escrowBalance(of?: Address): Promise<bigint>
  /** Native coin, in wei. */
  gasBalance(of?: Address): Promise<bigint>

  /** Moves tokens from the wallet into the escrow: by permit where the token has it, else by approval. */
  deposit(amount: bigint): Promise<void>
  /** Moves free tokens from the escrow back to the wallet. */
  withdraw(amount: bigint): Promise<void>
  topUp(agreement: Agreement, amount: bigint): Promise<void>
  /** Ends a lease on chain, with nobody's help. */
  closeLease(agreement: Agreement): Promise<Settlement>
  /**
   * Sees to it that no lease with this salt runs: forbids one that was not opened yet, and closes one that was. The
   * settlement is there when there was something to settle.
   */
  forbidLease(salt: Hex): Promise<Settlement | undefined>

  /** As the latest block has it, or the one of the number. */
  lease(leaseId: Hex, blockNumber?: bigint): Promise<ChainLease>
  /** Throws `chain.reverted` unless the lease is open. */
  leaseMoney(agreement: Agreement): Promise<ChainLeaseMoney>
  fundedUntil(agreement: Agreement): Promise<number>
  /** Undefined until the lease was opened. */
  leaseOpening(leaseId: Hex): Promise<LeaseOpening | undefined>
  /** Undefined until the lease was closed. */
  settlement(leaseId: Hex): Promise<Settlement | undefined>
  /** What happened to one lease, or to all of a provider's, by lease: for invoices. */
  histories(of: { leaseId: Hex } | { provider: Address }): Promise<Map<Hex, LeaseHistoryEvent[]>>

  /** Collateral for vouchers. */
  readonly channels: VoucherChannels

  /** Undefined when the registry does not list it. */
  node(address: Address): Promise<ChainNode | undefined>
  /** Whether the signature is the account's: an ECDSA key's, or a contract's by EIP-1271. */
  isSignedBy(account: Address, data: TypedDataDefinition, signature: Hex): Promise<boolean>
}
