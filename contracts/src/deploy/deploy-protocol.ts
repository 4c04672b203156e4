import { type Address, parseEther } from 'viem'
import {
  commitRevealBeaconBytecode,
  drandBeaconBytecode,
  epochsBytecode,
  hardwareFundBytecode,
  networkGovernorBytecode,
  rewardsBytecode,
  verdictsBytecode,
} from '../generated/bytecode.ts'
import { commitRevealBeaconAbi } from '../generated/commit-reveal-beacon-abi.ts'
import { drandBeaconAbi } from '../generated/drand-beacon-abi.ts'
import { epochsAbi } from '../generated/epochs-abi.ts'
import { escrowAbi } from '../generated/escrow-abi.ts'
import { hardwareFundAbi } from '../generated/hardware-fund-abi.ts'
import { networkGovernorAbi } from '../generated/network-governor-abi.ts'
import { networkTokenAbi } from '../generated/network-token-abi.ts'
import { nodeRegistryAbi } from '../generated/node-registry-abi.ts'
import { rewardsAbi } from '../generated/rewards-abi.ts'
import { verdictsAbi } from '../generated/verdicts-abi.ts'
import type { ProtocolAddresses } from './network-addresses.ts'
import type { Transactions } from './transactions.ts'

/** drand's BN254 network ("evmnet"), from its public description. */
export const drandEvmnet = {
  publicKey: [
    0x07e1d1d335df83fa98462005690372c643340060d205306a9aa8106b6bd0b382n,
    0x0557ec32c2ad488e4d4f6008f89a346f18492092ccc0d594610de2732c8b808fn,
    0x0095685ae3a85ba243747b1b2f426049010f6b73a0cf1d389351d5aaaa1047f6n,
    0x297d3a4f9749b33eb2d904c9d9ebf17224150ddd7abd7567a9bec6c74480ee0bn,
  ],
  genesisSeconds: 1727521075n,
  periodSeconds: 3n,
} as const

export interface ProtocolOptions {
  /** Seconds; 900 by default. */
  epochSeconds?: number
  /** Unix seconds at which epoch 1 begins; the chain's present by default. */
  genesisSeconds?: number
  /** Where seeds come from; the checkers themselves by default. */
  beacon?: 'commit-reveal' | 'drand'
  /** What a checker loses that keeps its secret back, network token base units; 0 by default. */
  beaconBond?: bigint
  /** How many checkers judge; 5 by default, at most 15. */
  committeeSize?: number
  voteCommitSeconds?: number
  voteRevealSeconds?: number
  appealSeconds?: number
  jailSeconds?: number
  /** Network token base units taken for a proved fault; 1,000 tokens by default. */
  slashAmount?: bigint
  appealBond?: bigint
  /** How many epochs ago a case may be about; 4 by default. Stake must stay liable for longer. */
  maxCaseAgeEpochs?: number
  /** How many epochs ago a report of rewards may be about; 96 by default. Stake must stay liable for longer. */
  maxReportAgeEpochs?: number
  challengeSeconds?: number
  challengeBond?: bigint
  emission?: EmissionSchedule
  /** Vote: seconds before it starts and for which it lasts, votes to propose, percent of the supply to take part. */
  votingDelaySeconds?: number
  votingPeriodSeconds?: number
  proposalThreshold?: bigint
  quorumPercent?: number
  /** Seconds between a decision and its effect; 2 days by default. */
  timelockDelaySeconds?: number
  /** Gives every parameter to the timelock at once; otherwise the deployer keeps them. */
  handOver?: boolean
}

export interface EmissionSchedule {
  first: bigint
  halving: number
  capacityShareIdleBps: number
  capacityShareFullBps: number
  floorBps: number
  floorHalving: number
  /** The most that a class may weigh, basis points of an equal share of the classes; at least 10,000. */
  scarcityCapBps: number
}

/** Halves every two years of 15-minute epochs, and adds up to less than the cap of 400 million tokens. */
const defaultEmission: EmissionSchedule = {
  first: parseEther('2850'),
  halving: 70_080,
  capacityShareIdleBps: 8_000,
  capacityShareFullBps: 2_000,
  floorBps: 2_000,
  floorHalving: 8_640,
  scarcityCapBps: 30_000,
}

interface Core {
  owner: Address
  treasury: Address
  timelock: Address
  nodeRegistry: Address
  networkToken: Address
  escrow: Address
  testDollar: Address
  nowSeconds: number
}

/** Deploys what proves, judges, rewards and governs, and wires it to the escrow and the registry. */
export async function deployProtocol(
  transactions: Transactions,
  core: Core,
  options: ProtocolOptions & { fundAsset?: Address },
): Promise<ProtocolAddresses> {
  const { owner, treasury, timelock, nodeRegistry, networkToken, escrow } = core
  const epochSeconds = BigInt(options.epochSeconds ?? 900)
  const genesis = BigInt(options.genesisSeconds ?? core.nowSeconds)

  const beacon =
    options.beacon === 'drand'
      ? await transactions.deploy(drandBeaconAbi, drandBeaconBytecode, [
          drandEvmnet.publicKey,
          drandEvmnet.genesisSeconds,
          drandEvmnet.periodSeconds,
          genesis,
          epochSeconds,
        ])
      : await transactions.deploy(commitRevealBeaconAbi, commitRevealBeaconBytecode, [
          nodeRegistry,
          networkToken,
          options.beaconBond ?? 0n,
          treasury,
          genesis,
          epochSeconds,
        ])
  const epochs = await transactions.deploy(epochsAbi, epochsBytecode, [
    nodeRegistry,
    beacon,
    genesis,
    epochSeconds,
  ])
  const verdicts = await transactions.deploy(verdictsAbi, verdictsBytecode, [
    owner,
    epochs,
    nodeRegistry,
    escrow,
    networkToken,
    treasury,
    {
      committeeSize: options.committeeSize ?? 5,
      commitSeconds: options.voteCommitSeconds ?? 600,
      revealSeconds: options.voteRevealSeconds ?? 600,
      appealSeconds: options.appealSeconds ?? 3_600,
      jailSeconds: options.jailSeconds ?? 86_400,
      slashAmount: options.slashAmount ?? parseEther('1000'),
      appealBond: options.appealBond ?? parseEther('100'),
      maxCaseAgeEpochs: options.maxCaseAgeEpochs ?? 4,
    },
  ])
  const rewards = await transactions.deploy(rewardsAbi, rewardsBytecode, [
    owner,
    networkToken,
    epochs,
    nodeRegistry,
    {
      challengeSeconds: options.challengeSeconds ?? 3_600,
      committeeSize: options.committeeSize ?? 5,
      maxReportAgeEpochs: options.maxReportAgeEpochs ?? 96,
      challengeBond: options.challengeBond ?? parseEther('100'),
    },
    options.emission ?? defaultEmission,
  ])
  const governor = await transactions.deploy(networkGovernorAbi, networkGovernorBytecode, [
    networkToken,
    timelock,
    options.votingDelaySeconds ?? 86_400,
    options.votingPeriodSeconds ?? 5 * 86_400,
    options.proposalThreshold ?? parseEther('100000'),
    BigInt(options.quorumPercent ?? 4),
  ])
  const hardwareFund = await transactions.deploy(hardwareFundAbi, hardwareFundBytecode, [
    owner,
    options.fundAsset ?? core.testDollar,
    nodeRegistry,
  ])

  await transactions.call(escrow, escrowAbi, 'setVerdicts', [verdicts])
  await transactions.call(nodeRegistry, nodeRegistryAbi, 'setVerdicts', [verdicts])
  await transactions.call(nodeRegistry, nodeRegistryAbi, 'setRewards', [rewards])
  await transactions.call(networkToken, networkTokenAbi, 'setMinter', [rewards])
  return { beacon, epochs, verdicts, rewards, timelock, governor, hardwareFund }
}
