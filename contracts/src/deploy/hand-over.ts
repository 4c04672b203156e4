import { type Address, encodeFunctionData, type Hex, keccak256, toHex, zeroHash } from 'viem'
import { escrowAbi } from '../generated/escrow-abi.ts'
import { networkTimelockAbi } from '../generated/network-timelock-abi.ts'
import type { NetworkAddresses, ProtocolAddresses } from './network-addresses.ts'
import type { Transactions } from './transactions.ts'

const proposerRole = keccak256(toHex('PROPOSER_ROLE'))
const executorRole = keccak256(toHex('EXECUTOR_ROLE'))
const cancellerRole = keccak256(toHex('CANCELLER_ROLE'))

/**
 * Gives every parameter to the timelock: it accepts each contract, takes the governor as its only proposer, lets anybody
 * carry out what was decided, waits from then on, and the deployer keeps nothing.
 */
export async function handOver(
  transactions: Transactions,
  deployer: Address,
  network: NetworkAddresses,
  protocol: ProtocolAddresses,
  treasuryFeeBps: number,
  delaySeconds: number,
): Promise<void> {
  const { timelock, governor } = protocol
  // All of them are Ownable2Step: the same two calls on each.
  const owned = [
    network.escrow,
    network.nodeRegistry,
    network.networkToken,
    protocol.verdicts,
    protocol.rewards,
    protocol.hardwareFund,
  ]
  for (const address of owned) await transactions.call(address, escrowAbi, 'transferOwnership', [timelock])
  const accept = encodeFunctionData({ abi: escrowAbi, functionName: 'acceptOwnership' })
  const setTreasury = encodeFunctionData({
    abi: escrowAbi,
    functionName: 'setTreasury',
    args: [timelock, treasuryFeeBps],
  })
  const updateDelay = encodeFunctionData({
    abi: networkTimelockAbi,
    functionName: 'updateDelay',
    args: [BigInt(delaySeconds)],
  })
  const targets: Address[] = [...owned, network.escrow, timelock]
  const payloads: Hex[] = [...owned.map(() => accept), setTreasury, updateDelay]
  const values = targets.map(() => 0n)
  const salt = zeroHash
  await transactions.call(timelock, networkTimelockAbi, 'scheduleBatch', [
    targets,
    values,
    payloads,
    zeroHash,
    salt,
    0n,
  ])
  await transactions.call(timelock, networkTimelockAbi, 'executeBatch', [
    targets,
    values,
    payloads,
    zeroHash,
    salt,
  ])

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
}
