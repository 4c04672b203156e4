import { encodeAbiParameters, keccak256 } from 'viem/utils'
import type { Address, Hex } from '../units/units.ts'

/** A checker as an epoch froze it. */
export interface FrozenChecker {
  address: Address
  /** Network token base units. */
  stake: bigint
}

export interface DrawCommitteeOptions {
  /** The epoch's seed. */
  seed: Hex
  /** What the committee is for, 32 bytes; other purposes get other committees from the same seed. */
  purpose: Hex
  /** How many members; all where there are fewer checkers. */
  size: number
  /** In the order of the `CheckersFrozen` event. */
  checkers: readonly FrozenChecker[]
}

const ticketParameters = [{ type: 'bytes32' }, { type: 'bytes32' }, { type: 'uint256' }] as const

/**
 * The committee that a seed draws, in the order drawn: by stake, without putting back. The same function as the contracts'
 * `CommitteeDraw`, so anyone can recompute any committee.
 */
export function drawCommittee({ seed, purpose, size, checkers }: DrawCommitteeOptions): Address[] {
  // One base unit more than the stake, so that a network without stake draws too.
  const left = checkers.map(({ address, stake }) => ({ address, weight: stake + 1n }))
  let total = left.reduce((sum, { weight }) => sum + weight, 0n)
  const members: Address[] = []
  for (let i = 0n; i < BigInt(Math.min(size, checkers.length)); i += 1n) {
    let ticket = BigInt(keccak256(encodeAbiParameters(ticketParameters, [seed, purpose, i]))) % total
    for (const checker of left) {
      if (ticket < checker.weight) {
        members.push(checker.address)
        total -= checker.weight
        checker.weight = 0n
        break
      }
      ticket -= checker.weight
    }
  }
  return members
}
