import type { DeployOptions } from './deploy-options.ts'

/** Chains that nobody's money is on: anvil's and the one that other development chains take. */
const localChainIds: readonly number[] = [31337, 1337]

export const isLocalChain = (chainId: number): boolean => localChainIds.includes(chainId)

/**
 * What makes a network worthless where others put money in, a sentence each with its cure: a currency that anybody mints, and
 * work that nothing is at stake for. Nothing on a chain of one's own or where the network is declared a test network.
 */
export function refusalsOfLiveNetwork(
  chainId: number,
  options: DeployOptions,
  initialSupply: bigint,
): readonly string[] {
  if (isLocalChain(chainId) || options.testNetwork) return []
  const refusals: string[] = []
  if (options.paymentToken === undefined) {
    refusals.push('Leases would be paid in a test dollar that anybody can mint: name a paymentToken.')
  }
  for (const role of ['provider', 'indexer', 'checker'] as const) {
    if ((options.minimumStake?.[role]?.base ?? 0n) > 0n) continue
    refusals.push(`A ${role} would have nothing at stake: give minimumStake.${role} a base.`)
  }
  if (options.beacon !== 'drand' && (options.beaconBond ?? 0n) === 0n) {
    refusals.push('A checker could keep its secret back for nothing: give a beaconBond, or take drand.')
  }
  for (const name of ['slashAmount', 'appealBond', 'challengeBond'] as const) {
    if (options[name] === 0n) refusals.push(`The ${name} is zero: leave it out or make it more.`)
  }
  const quorum = (initialSupply * BigInt(options.quorumPercent ?? 4)) / 100n
  if (options.handOver && distributed(options) < quorum) {
    refusals.push(
      `Nobody could decide anything: a vote takes ${quorum} base units, and the distribution gives ${distributed(options)}.`,
    )
  }
  return refusals
}

const distributed = ({ distribution = [] }: DeployOptions): bigint =>
  distribution.reduce((sum, { amount }) => sum + amount, 0n)

/** What keeps a network from being governed once it is handed over, a sentence each. */
export function refusalsOfHandOver(options: DeployOptions, initialSupply: bigint): readonly string[] {
  const given = distributed(options)
  const refusals: string[] = []
  if (given > initialSupply) refusals.push(`The distribution gives ${given} of ${initialSupply} base units.`)
  if (!options.handOver) return refusals
  if (options.coreOnly) refusals.push('The core alone has no timelock to be handed over to.')
  if (options.treasury !== undefined) {
    refusals.push('The timelock is the treasury of a network that is handed over: leave the treasury out.')
  }
  return refusals
}
