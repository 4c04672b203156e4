export { DeploymentRefused, type DeployParameters, deployNetwork } from './deploy/deploy-network.ts'
export type { DeployOptions } from './deploy/deploy-options.ts'
export {
  type NetworkAddresses,
  type ProtocolAddresses,
  parseNetworkAddresses,
  serializeNetworkAddresses,
} from './deploy/network-addresses.ts'
export { type WaitForReceiptOptions, waitForReceipt } from './deploy/wait-for-receipt.ts'
export {
  type CaseKind,
  type CaseStatus,
  type CloseReason,
  caseKinds,
  caseStatuses,
  closeReasons,
  type LeaseStatus,
  leaseStatuses,
  type ProposalState,
  proposalStates,
  type Role,
  roles,
} from './enums.ts'
export { challengeBondsAbi } from './generated/challenge-bonds-abi.ts'
export { commitRevealBeaconAbi } from './generated/commit-reveal-beacon-abi.ts'
export {
  type ContractClients,
  challengeBondsContract,
  commitRevealBeaconContract,
  drandBeaconContract,
  epochsContract,
  escrowContract,
  hardwareFundContract,
  networkGovernorContract,
  networkTimelockContract,
  networkTokenContract,
  nodeRegistryContract,
  rewardsContract,
  testDollarContract,
  verdictsContract,
} from './generated/contracts.ts'
export { drandBeaconAbi } from './generated/drand-beacon-abi.ts'
export { epochsAbi } from './generated/epochs-abi.ts'
export { escrowAbi } from './generated/escrow-abi.ts'
export { hardwareFundAbi } from './generated/hardware-fund-abi.ts'
export { networkGovernorAbi } from './generated/network-governor-abi.ts'
export { networkTimelockAbi } from './generated/network-timelock-abi.ts'
export { networkTokenAbi } from './generated/network-token-abi.ts'
export { nodeRegistryAbi } from './generated/node-registry-abi.ts'
export { rewardsAbi } from './generated/rewards-abi.ts'
export { testDollarAbi } from './generated/test-dollar-abi.ts'
export { verdictsAbi } from './generated/verdicts-abi.ts'
export { type ExplainedRevert, explainRevert } from './reverts/explain-revert.ts'
