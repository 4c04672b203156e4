import type { Address } from 'viem'
import type { ProtocolOptions } from './deploy-protocol.ts'

export interface DeployOptions extends ProtocolOptions {
  /** Gets fees, slashed stake and lost bonds; the timelock by default, or the deployer where there is none. */
  treasury?: Address
  /** May hold new leases back; nobody by default. */
  guardian?: Address
  /** The treasury's share of what leases and vouchers pay, 0–1,000 basis points; 0 by default. */
  treasuryFeeBps?: number
  /** How long before leaving a provider says so, seconds, at most 604,800; 300 by default. */
  noticePeriodSeconds?: number
  /** How long stake stays liable once asked back, seconds; 7 days by default. */
  unbondingPeriodSeconds?: number
  /**
   * Network token base units (18 decimals) made at the start; 100 million tokens by default. A hand-over gives the treasury what is
   * not distributed; without one the deployer keeps it.
   */
  initialSupply?: bigint
  /** Who gets how much of the initial supply, and so votes; nobody by default. */
  distribution?: readonly { to: Address; amount: bigint }[]
  /** Smallest stake by role, network token base units; none by default. */
  minimumStake?: Partial<Record<'provider' | 'indexer' | 'checker', { base: bigint; perCapacity: bigint }>>
  /** The token that leases are paid in; by default a test dollar is deployed, which anybody mints. */
  paymentToken?: Address
  /** What the hardware fund holds and pays; the payment token by default. */
  fundAsset?: Address
  /** Further tokens that the escrow takes. */
  allowedTokens?: readonly Address[]
  /** Leaves out what proves, judges, rewards and governs; `protocol` is absent from the addresses then. */
  coreOnly?: boolean
  /** Lets a chain other than a local one have test dollars, stakes of nothing and bonds of nothing. */
  testNetwork?: boolean
  /** How often to ask for a receipt, milliseconds; 20 by default. */
  pollingIntervalMs?: number
}
