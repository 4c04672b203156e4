import { type Address, isAddress } from 'viem'

/** Where proofs, rewards and votes are. */
export interface ProtocolAddresses {
  /** A `CommitRevealBeacon` or a `DrandBeacon`. */
  beacon: Address
  epochs: Address
  verdicts: Address
  rewards: Address
  /** Holds the parameters once governance has taken over, and is the treasury then. */
  timelock: Address
  governor: Address
  hardwareFund: Address
}

/** Where a network's contracts are, one file per network; every address in lower case. */
export interface NetworkAddresses {
  chainId: number
  escrow: Address
  nodeRegistry: Address
  networkToken: Address
  /** The token that leases are paid in: a `TestDollar` that anybody mints, unless the network was given another. */
  testDollar: Address
  /** Followers of events start here. */
  deployedAtBlock: bigint
  protocol?: ProtocolAddresses
}

const coreNames = ['escrow', 'nodeRegistry', 'networkToken', 'testDollar'] as const
const protocolNames = [
  'beacon',
  'epochs',
  'verdicts',
  'rewards',
  'timelock',
  'governor',
  'hardwareFund',
] as const

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
  const core = addressesIn(plain, coreNames)
  const inner = field('protocol')
  const addresses = { chainId, ...core, deployedAtBlock: BigInt(block) }
  if (inner === undefined) return addresses
  if (typeof inner !== 'object' || inner === null) throw new Error('The network file has no valid protocol.')
  return { ...addresses, protocol: addressesIn(inner, protocolNames) }
}

function addressesIn<const Name extends string>(
  plain: object,
  names: readonly Name[],
): Record<Name, Address> {
  const found = names.map((name) => {
    const value: unknown = (plain as Record<string, unknown>)[name]
    if (typeof value !== 'string' || !isAddress(value)) {
      throw new Error(`The network file has no valid address for ${name}.`)
    }
    return [name, value.toLowerCase() as Address] as const
  })
  return Object.fromEntries(found) as Record<Name, Address>
}
