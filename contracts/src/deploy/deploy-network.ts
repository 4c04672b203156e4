import { type PublicClient, parseEther } from 'viem'
import {
  escrowBytecode,
  networkTimelockBytecode,
  networkTokenBytecode,
  nodeRegistryBytecode,
  testDollarBytecode,
} from '../generated/bytecode.ts'
import { escrowAbi } from '../generated/escrow-abi.ts'
import { networkTimelockAbi } from '../generated/network-timelock-abi.ts'
import { networkTokenAbi } from '../generated/network-token-abi.ts'
import { nodeRegistryAbi } from '../generated/node-registry-abi.ts'
import { testDollarAbi } from '../generated/test-dollar-abi.ts'
import type { DeployOptions } from './deploy-options.ts'
import { deployProtocol } from './deploy-protocol.ts'
import { handOver } from './hand-over.ts'
import { refusalsOfHandOver, refusalsOfLiveNetwork } from './live-network-rules.ts'
import type { NetworkAddresses } from './network-addresses.ts'
import { createTransactions, type DeployerWallet, type Journal } from './transactions.ts'

export interface DeployParameters {
  publicClient: PublicClient
  /** Pays for the transactions and holds the parameters until governance takes over. */
  walletClient: DeployerWallet
  options?: DeployOptions
  /** Lets a deployment that was broken off go on; its `genesisSeconds` go into `options`. */
  journal?: Journal
}

/** The options would make a network that nobody can trust; nothing was sent. */
export class DeploymentRefused extends Error {
  constructor(refusals: readonly string[]) {
    super(refusals.join(' '))
    this.name = 'DeploymentRefused'
  }
}

const roleNumbers = { provider: 0, indexer: 1, checker: 2 } as const

/**
 * Deploys a whole network and sets it up: the same function for `sublet up`, tests and the deploy script. Its
 * transactions are sent one after another and each is waited for, so it works on any EVM chain.
 * @throws Error before anything is sent where the options would make a network that nobody can trust (`live-network-rules.ts`), and
 * viem's errors when the chain does not answer or refuses.
 */
export async function deployNetwork({
  publicClient,
  walletClient,
  options = {},
  journal,
}: DeployParameters): Promise<NetworkAddresses> {
  const owner = walletClient.account.address
  const initialSupply = options.initialSupply ?? parseEther('100000000')
  const chainId = await publicClient.getChainId()
  const refusals = [
    ...refusalsOfHandOver(options, initialSupply),
    ...refusalsOfLiveNetwork(chainId, options, initialSupply),
  ]
  if (refusals.length > 0) throw new DeploymentRefused(refusals)
  const interval = options.pollingIntervalMs ?? 20
  const transactions = createTransactions(publicClient, walletClient, interval, journal)

  // First, for whatever is lost or slashed is the treasury's, and some of it for good.
  const timelock = options.coreOnly
    ? undefined
    : await transactions.deploy(networkTimelockAbi, networkTimelockBytecode, [0n, [owner], [owner], owner])
  const treasury = options.treasury ?? timelock ?? owner
  const networkToken = await transactions.deploy(networkTokenAbi, networkTokenBytecode, [
    owner,
    owner,
    initialSupply,
  ])
  const testDollar =
    options.paymentToken ?? (await transactions.deploy(testDollarAbi, testDollarBytecode, []))
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
    options.treasuryFeeBps ?? 0,
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
  for (const { to, amount } of options.distribution ?? []) {
    await transactions.call(networkToken, networkTokenAbi, 'transfer', [to, amount])
  }
  const core: NetworkAddresses = {
    chainId,
    escrow,
    nodeRegistry,
    networkToken,
    testDollar,
    deployedAtBlock: transactions.firstBlock(),
  }
  if (timelock === undefined) return core

  const { timestamp } = await publicClient.getBlock()
  const protocol = await deployProtocol(
    transactions,
    { ...core, owner, treasury, timelock, nowSeconds: Number(timestamp) },
    options,
  )
  const network = { ...core, protocol }
  if (options.handOver) {
    await handOver(publicClient, transactions, owner, network, {
      delaySeconds: options.timelockDelaySeconds ?? 2 * 86_400,
      undistributed: (options.distribution ?? []).reduce((left, { amount }) => left - amount, initialSupply),
    })
  }
  return network
}
