import { type Address, type PublicClient, parseEther } from 'viem'
import {
  escrowBytecode,
  networkTokenBytecode,
  nodeRegistryBytecode,
  testDollarBytecode,
} from '../generated/bytecode.ts'
import { escrowAbi } from '../generated/escrow-abi.ts'
import { networkTokenAbi } from '../generated/network-token-abi.ts'
import { nodeRegistryAbi } from '../generated/node-registry-abi.ts'
import { testDollarAbi } from '../generated/test-dollar-abi.ts'
import { deployProtocol, type ProtocolOptions } from './deploy-protocol.ts'
import { handOver } from './hand-over.ts'
import type { NetworkAddresses } from './network-addresses.ts'
import { createTransactions, type DeployerWallet } from './transactions.ts'

export interface DeployOptions extends ProtocolOptions {
  /** Holds the treasury's fees; the deployer by default. A hand-over makes the timelock the treasury. */
  treasury?: Address
  /** May hold new leases back; nobody by default. */
  guardian?: Address
  /** The treasury's share of what leases and vouchers pay, 0–1,000 basis points; 0 by default. */
  treasuryFeeBps?: number
  /** How long before leaving a provider says so, seconds, at most 604,800; 300 by default. */
  noticePeriodSeconds?: number
  /** How long stake stays liable once asked back, seconds; 7 days by default. */
  unbondingPeriodSeconds?: number
  /** Network token base units (18 decimals) made at the start, for the deployer; 100 million tokens by default. */
  initialSupply?: bigint
  /** Smallest stake by role, network token base units; none by default. */
  minimumStake?: Partial<Record<'provider' | 'indexer' | 'checker', { base: bigint; perCapacity: bigint }>>
  /** Tokens beside the test dollar that the escrow takes. */
  allowedTokens?: readonly Address[]
  /** Leaves out what proves, judges, rewards and governs; `protocol` is absent from the addresses then. */
  coreOnly?: boolean
  /** How often to ask for a receipt, milliseconds; 20 by default. */
  pollingIntervalMs?: number
}

export interface DeployParameters {
  publicClient: PublicClient
  /** Pays for the transactions and holds the parameters until governance takes over. */
  walletClient: DeployerWallet
  options?: DeployOptions
}

const roleNumbers = { provider: 0, indexer: 1, checker: 2 } as const

/**
 * Deploys a whole network and sets it up: the same function for `sublet up`, tests and the deploy script. Its
 * transactions are sent one after another and each is waited for, so it works on any EVM chain.
 * @throws viem's errors when the chain does not answer or refuses.
 */
export async function deployNetwork({
  publicClient,
  walletClient,
  options = {},
}: DeployParameters): Promise<NetworkAddresses> {
  const owner = walletClient.account.address
  const treasury = options.treasury ?? owner
  const treasuryFeeBps = options.treasuryFeeBps ?? 0
  const transactions = createTransactions(publicClient, walletClient, options.pollingIntervalMs ?? 20)

  const networkToken = await transactions.deploy(networkTokenAbi, networkTokenBytecode, [
    owner,
    owner,
    options.initialSupply ?? parseEther('100000000'),
  ])
  const testDollar = await transactions.deploy(testDollarAbi, testDollarBytecode, [])
  const nodeRegistry = await transactions.deploy(nodeRegistryAbi, nodeRegistryBytecode, [
    owner,
    networkToken,
    options.unbondingPeriodSeconds ?? 7 * 24 * 3600,
    treasury,
  ])
  const escrow = await transactions.deploy(escrowAbi, escrowBytecode, [
    owner,
    nodeRegistry,
    treasury,
    treasuryFeeBps,
    options.noticePeriodSeconds ?? 300,
  ])
  for (const token of [testDollar, ...(options.allowedTokens ?? [])]) {
    await transactions.call(escrow, escrowAbi, 'allowToken', [token, true])
  }
  if (options.guardian !== undefined) {
    await transactions.call(escrow, escrowAbi, 'setGuardian', [options.guardian])
  }
  for (const role of ['provider', 'indexer', 'checker'] as const) {
    const minimum = options.minimumStake?.[role]
    if (minimum === undefined) continue
    const args = [roleNumbers[role], minimum.base, minimum.perCapacity] as const
    await transactions.call(nodeRegistry, nodeRegistryAbi, 'setMinimumStake', args)
  }
  const core: NetworkAddresses = {
    chainId: await publicClient.getChainId(),
    escrow,
    nodeRegistry,
    networkToken,
    testDollar,
    deployedAtBlock: transactions.firstBlock(),
  }
  if (options.coreOnly) return core

  const { timestamp } = await publicClient.getBlock()
  const protocol = await deployProtocol(
    transactions,
    { ...core, owner, treasury, nowSeconds: Number(timestamp) },
    options,
  )
  if (options.handOver) {
    const delay = options.timelockDelaySeconds ?? 2 * 86_400
    await handOver(transactions, owner, core, protocol, treasuryFeeBps, delay)
  }
  return { ...core, protocol }
}
