import {
  type Address,
  encodeFunctionData,
  type Hex,
  keccak256,
  type PublicClient,
  toHex,
  zeroHash,
} from 'viem'
import {
  commitRevealBeaconContract,
  escrowContract,
  networkTimelockContract,
  nodeRegistryContract,
  verdictsContract,
} from '../generated/contracts.ts'
import { escrowAbi } from '../generated/escrow-abi.ts'
import { networkTimelockAbi } from '../generated/network-timelock-abi.ts'
import { networkTokenAbi } from '../generated/network-token-abi.ts'
import type { NetworkAddresses, ProtocolAddresses } from './network-addresses.ts'
import type { Transactions } from './transactions.ts'

const proposerRole = keccak256(toHex('PROPOSER_ROLE'))
const executorRole = keccak256(toHex('EXECUTOR_ROLE'))
const cancellerRole = keccak256(toHex('CANCELLER_ROLE'))

type WholeNetwork = NetworkAddresses & { protocol: ProtocolAddresses }

/** All of them are Ownable2Step: the same two calls on each. */
const ownedOf = (network: WholeNetwork): readonly Address[] => [
  network.escrow,
  network.nodeRegistry,
  network.networkToken,
  network.protocol.verdicts,
  network.protocol.rewards,
  network.protocol.hardwareFund,
]

/**
 * Gives every parameter and what was not distributed to the timelock: it accepts each contract, takes the governor as its only
 * proposer, lets anybody carry out what was decided, waits from then on, and the deployer keeps nothing. The chain is asked whether that
 * is so.
 */
export async function handOver(
  publicClient: PublicClient,
  transactions: Transactions,
  deployer: Address,
  network: WholeNetwork,
  { delaySeconds, undistributed }: { delaySeconds: number; undistributed: bigint },
): Promise<void> {
  const { timelock, governor } = network.protocol
  const owned = ownedOf(network)
  if (undistributed > 0n) {
    await transactions.call(network.networkToken, networkTokenAbi, 'transfer', [timelock, undistributed])
  }
  for (const address of owned) await transactions.call(address, escrowAbi, 'transferOwnership', [timelock])
  const accept = encodeFunctionData({ abi: escrowAbi, functionName: 'acceptOwnership' })
  const updateDelay = encodeFunctionData({
    abi: networkTimelockAbi,
    functionName: 'updateDelay',
    args: [BigInt(delaySeconds)],
  })
  const targets: Address[] = [...owned, timelock]
  const payloads: Hex[] = [...owned.map(() => accept), updateDelay]
  const values = targets.map(() => 0n)
  const batch = [targets, values, payloads, zeroHash, zeroHash] as const
  await transactions.call(timelock, networkTimelockAbi, 'scheduleBatch', [...batch, 0n])
  await transactions.call(timelock, networkTimelockAbi, 'executeBatch', batch)

  const onTimelock = (
    functionName: 'grantRole' | 'revokeRole' | 'renounceRole',
    role: Hex,
    account: Address,
  ) => transactions.call(timelock, networkTimelockAbi, functionName, [role, account])
  await onTimelock('grantRole', proposerRole, governor)
  await onTimelock('grantRole', cancellerRole, governor)
  await onTimelock('grantRole', executorRole, '0x0000000000000000000000000000000000000000')
  for (const role of [proposerRole, cancellerRole, executorRole])
    await onTimelock('revokeRole', role, deployer)
  await onTimelock('renounceRole', zeroHash, deployer)
  const left = await whatIsNotHandedOver(publicClient, deployer, network)
  if (left.length > 0) throw new Error(`The hand-over left something behind: ${left.join(' ')}`)
}

/** What the timelock does not have, or the deployer still has, a sentence each; none once a network is handed over. */
export async function whatIsNotHandedOver(
  publicClient: PublicClient,
  deployer: Address,
  network: WholeNetwork,
): Promise<readonly string[]> {
  const { timelock, verdicts, beacon } = network.protocol
  const left: string[] = []
  const expectTimelock = (what: string, address: Address) => {
    if (address.toLowerCase() !== timelock) left.push(`${what} is ${address}.`)
  }
  for (const address of ownedOf(network)) {
    expectTimelock(`The owner of ${address}`, await escrowContract(address, publicClient).read.owner())
  }
  const escrow = escrowContract(network.escrow, publicClient)
  expectTimelock('The treasury of the escrow', await escrow.read.treasury())
  const registry = nodeRegistryContract(network.nodeRegistry, publicClient)
  expectTimelock('The taker of slashed stake', await registry.read.slashedStakeTaker())
  const judge = verdictsContract(verdicts, publicClient)
  expectTimelock('The taker of appeal bonds', await judge.read.treasury())
  // drand's beacon takes no bonds.
  const takerOfBonds = await commitRevealBeaconContract(beacon, publicClient)
    .read.treasury()
    .catch(() => undefined)
  if (takerOfBonds !== undefined) expectTimelock('The taker of checkers’ bonds', takerOfBonds)
  const roles = networkTimelockContract(timelock, publicClient)
  for (const role of [proposerRole, executorRole, cancellerRole, zeroHash]) {
    if (await roles.read.hasRole([role, deployer])) left.push(`The deployer has the timelock's role ${role}.`)
  }
  return left
}
