export { type DeployOptions, type DeployParameters, deployNetwork } from './deploy/deploy-network.ts'
export {
  type NetworkAddresses,
  parseNetworkAddresses,
  serializeNetworkAddresses,
} from './deploy/network-addresses.ts'
export { escrowAbi } from './generated/escrow-abi.ts'
export { networkTokenAbi } from './generated/network-token-abi.ts'
export { nodeRegistryAbi } from './generated/node-registry-abi.ts'
export { testDollarAbi } from './generated/test-dollar-abi.ts'
export {
  type CloseReason,
  closeReasons,
  type LeaseStatus,
  leaseStatuses,
  type Role,
  roles,
} from './lease/enums.ts'
export { type ExplainedRevert, explainRevert } from './reverts/explain-revert.ts'
