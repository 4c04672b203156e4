import { type Address, type Hex, SubletError } from '@sublet/protocol'
import type { ChainClient } from '../chain/chain-client.ts'
import type { Transport } from '../http/transport.ts'
import { createProviderClient, type ProviderClient } from './create-provider-client.ts'
import type { SessionKeeper } from './session-keeper.ts'

export interface OpenProviderOptions {
  chain: Pick<ChainClient, 'node'>
  transport: Transport
  sessions: SessionKeeper
  now: () => number
}

export interface ProviderTarget {
  provider: Address
  relayUrl: string
  /** The key that somebody said is the provider's, such as an ask; held against the registry. */
  claimedKey?: Hex | undefined
}

/** Speaks to one provider through a relay. */
export type OpenProvider = (target: ProviderTarget) => Promise<ProviderClient>

/**
 * Makes clients for providers, each sealed to the key that the registry lists: an indexer cannot put its own in
 * between. The function throws `provider.unknown` for an address that is no registered provider, and
 * `provider.key-mismatch` when a claimed key is another than the registered one.
 */
export function createProviderOpener(options: OpenProviderOptions): OpenProvider {
  const { chain, transport, sessions, now } = options
  return async ({ provider, relayUrl, claimedKey }) => {
    const node = await chain.node(provider)
    if (node === undefined || !node.roles.includes('provider')) {
      throw new SubletError('provider.unknown', `The registry lists no provider ${provider}.`, {
        hint: 'Choose another provider; this one has not registered on this network.',
        details: { provider },
      })
    }
    if (claimedKey !== undefined && claimedKey.toLowerCase() !== node.publicKey) {
      throw new SubletError(
        'provider.key-mismatch',
        `The key given for ${provider} is not the registered one.`,
        {
          hint: 'Somebody may be listening in between; use another indexer and report this one.',
          details: { provider, claimed: claimedKey, registered: node.publicKey },
        },
      )
    }
    return createProviderClient({ provider, publicKey: node.publicKey, relayUrl, transport, sessions, now })
  }
}
