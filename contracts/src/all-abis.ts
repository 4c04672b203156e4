import { challengeBondsAbi } from './generated/challenge-bonds-abi.ts'
import { commitRevealBeaconAbi } from './generated/commit-reveal-beacon-abi.ts'
import { drandBeaconAbi } from './generated/drand-beacon-abi.ts'
import { epochsAbi } from './generated/epochs-abi.ts'
import { escrowAbi } from './generated/escrow-abi.ts'
import { hardwareFundAbi } from './generated/hardware-fund-abi.ts'
import { networkGovernorAbi } from './generated/network-governor-abi.ts'
import { networkTimelockAbi } from './generated/network-timelock-abi.ts'
import { networkTokenAbi } from './generated/network-token-abi.ts'
import { nodeRegistryAbi } from './generated/node-registry-abi.ts'
import { rewardsAbi } from './generated/rewards-abi.ts'
import { testDollarAbi } from './generated/test-dollar-abi.ts'
import { verdictsAbi } from './generated/verdicts-abi.ts'

/** Every contract's ABI, for what must know them all. */
export const allAbis = [
  challengeBondsAbi,
  commitRevealBeaconAbi,
  drandBeaconAbi,
  epochsAbi,
  escrowAbi,
  hardwareFundAbi,
  networkGovernorAbi,
  networkTimelockAbi,
  networkTokenAbi,
  nodeRegistryAbi,
  rewardsAbi,
  testDollarAbi,
  verdictsAbi,
] as const
