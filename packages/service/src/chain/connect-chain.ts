import { SubletError } from '@sublet/protocol'
import { explainChainError } from '@sublet/sdk'
import {
  type Chain,
  createPublicClient,
  defineChain,
  type HttpTransport,
  http,
  type PublicClient,
} from 'viem'

/** A chain that answered, and is the one expected. */
export interface ChainConnection {
  rpcUrl: string
  chainId: number
  client: PublicClient<HttpTransport, Chain>
}

/**
 * Connects to a chain. `pollMs` is how often anything that waits looks again; 200 by default. Throws
 * `chain.unreachable`, and `chain.wrong-network` when the chain has another id than `chainId`.
 */
export async function connectChain({
  rpcUrl,
  chainId: expected,
  pollMs = 200,
}: {
  rpcUrl: string
  chainId?: number | undefined
  pollMs?: number | undefined
}): Promise<ChainConnection> {
  const transport = http(rpcUrl, { retryCount: 1, timeout: 10_000 })
  const chainId = await createPublicClient({ transport })
    .getChainId()
    .catch((cause: unknown) => {
      throw explainChainError(cause, rpcUrl)
    })
  if (expected !== undefined && chainId !== expected) {
    throw new SubletError('chain.wrong-network', `${rpcUrl} is chain ${chainId}; ${expected} is expected.`, {
      hint: 'Name the right chain in SUBLET_RPC_URL.',
      details: { chainId, expected },
    })
  }
  const chain = defineChain({
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  })
  return { rpcUrl, chainId, client: createPublicClient({ chain, transport, pollingInterval: pollMs }) }
}
