import {
  type Abi,
  type Account,
  type Address,
  type Chain,
  type ContractConstructorArgs,
  type Hex,
  type PublicClient,
  parseEther,
  type Transport,
  type WalletClient,
} from 'viem'
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
import type { NetworkAddresses } from './network-addresses.ts'

export interface DeployOptions {
  /** Holds the treasury's fees; the deployer by default. */
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
}

export interface DeployParameters {
  publicClient: PublicClient
  /** Pays for the transactions and holds the parameters until governance takes over. */
  walletClient: WalletClient<Transport, Chain | undefined, Account>
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
  const { account } = walletClient
  const owner = account.address
  const chain = walletClient.chain ?? null
  const treasury = options.treasury ?? owner
  let deployedAtBlock: bigint | undefined

  async function confirm(hash: Hex): Promise<Address | null | undefined> {
    const receipt = await publicClient.waitForTransactionReceipt({ hash, pollingInterval: 50 })
    if (receipt.status !== 'success') throw new Error(`The deployment's transaction ${hash} was reverted.`)
    deployedAtBlock ??= receipt.blockNumber
    return receipt.contractAddress
  }

  async function deploy<const abi extends Abi>(
    abi: abi,
    bytecode: Hex,
    args: ContractConstructorArgs<abi>,
  ): Promise<Address> {
    // viem's parameter type cannot be resolved for a generic ABI; the arguments were checked against it above.
    const hash = await walletClient.deployContract({
      abi: abi as Abi,
      bytecode,
      args: args as readonly unknown[],
      account,
      chain,
    })
    const address = await confirm(hash)
    if (!address) throw new Error('The chain gave no address for a deployed contract.')
    return address
  }

  const networkToken = await deploy(networkTokenAbi, networkTokenBytecode, [
    owner,
    owner,
    options.initialSupply ?? parseEther('100000000'),
  ])
  const testDollar = await deploy(testDollarAbi, testDollarBytecode, [])
  const nodeRegistry = await deploy(nodeRegistryAbi, nodeRegistryBytecode, [
    owner,
    networkToken,
    options.unbondingPeriodSeconds ?? 7 * 24 * 3600,
    treasury,
  ])
  const escrow = await deploy(escrowAbi, escrowBytecode, [
    owner,
    nodeRegistry,
    treasury,
    options.treasuryFeeBps ?? 0,
    options.noticePeriodSeconds ?? 300,
  ])

  const onEscrow = { address: escrow, abi: escrowAbi, account, chain } as const
  for (const token of [testDollar, ...(options.allowedTokens ?? [])]) {
    await confirm(
      await walletClient.writeContract({ ...onEscrow, functionName: 'allowToken', args: [token, true] }),
    )
  }
  if (options.guardian !== undefined) {
    await confirm(
      await walletClient.writeContract({
        ...onEscrow,
        functionName: 'setGuardian',
        args: [options.guardian],
      }),
    )
  }
  for (const role of ['provider', 'indexer', 'checker'] as const) {
    const minimum = options.minimumStake?.[role]
    if (minimum === undefined) continue
    await confirm(
      await walletClient.writeContract({
        address: nodeRegistry,
        abi: nodeRegistryAbi,
        account,
        chain,
        functionName: 'setMinimumStake',
        args: [roleNumbers[role], minimum.base, minimum.perCapacity],
      }),
    )
  }
  return {
    chainId: await publicClient.getChainId(),
    escrow,
    nodeRegistry,
    networkToken,
    testDollar,
    deployedAtBlock: deployedAtBlock ?? 0n,
  }
}
