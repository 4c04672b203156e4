import type { Role } from '@sublet/contracts'
import type { Address, Hex } from '@sublet/protocol'

/** A node as the registry lists it. */
export interface ChainNode {
  address: Address
  roles: readonly Role[]
  endpoint: string
  /** X25519, for sealed requests. */
  publicKey: Hex
  /** Zero means the node itself. */
  payout: Address
  /** Unix seconds until which the node is out of the market; 0 when it never was. */
  jailedUntil: number
  /** Network token base units. */
  stake: bigint
}
