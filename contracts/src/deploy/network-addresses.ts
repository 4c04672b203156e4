import { type Address, getAddress, isAddress } from 'viem'

/** Where a network's contracts are: one file per network. */
export interface NetworkAddresses {
  chainId: number
  escrow: Address
  nodeRegistry: Address
  networkToken: Address
  testDollar: Address
  /** Followers of events start here. */
  deployedAtBlock: bigint
}

const contractNames = ['escrow', 'nodeRegistry', 'networkToken', 'testDollar'] as const

/** The text of a network's file. */
export function serializeNetworkAddresses(addresses: NetworkAddresses): string {
  const plain = { ...addresses, deployedAtBlock: addresses.deployedAtBlock.toString() }
  return `${JSON.stringify(plain, null, 2)}\n`
}

/**
 * Reads a network's file.
 * @throws Error that names the field that is missing or wrong.
 */
export function parseNetworkAddresses(text: string): NetworkAddresses {
  const plain: unknown = JSON.parse(text)
  if (typeof plain !== 'object' || plain === null) throw new Error('A network file holds one JSON object.')
  const field = (name: string): unknown => (plain as Record<string, unknown>)[name]
  const chainId = field('chainId')
  if (typeof chainId !== 'number' || !Number.isSafeInteger(chainId) || chainId <= 0) {
    throw new Error('The network file has no valid chainId.')
  }
  const block = field('deployedAtBlock')
  if (typeof block !== 'string' || !/^\d{1,20}$/.test(block)) {
    throw new Error('The network file has no valid deployedAtBlock.')
  }
  const found: [string, Address][] = contractNames.map((name) => {
    const value = field(name)
    if (typeof value !== 'string' || !isAddress(value))
      throw new Error(`The network file has no valid address for ${name}.`)
    return [name, getAddress(value)]
  })
  const contracts = Object.fromEntries(found) as Record<(typeof contractNames)[number], Address>
  return { chainId, ...contracts, deployedAtBlock: BigInt(block) }
}
