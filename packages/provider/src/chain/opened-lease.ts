import { type Hex, SubletError } from '@sublet/protocol'
import type { ChainClient, ChainLease } from '@sublet/sdk'

/** Within this time a chain that was reorganised has taken in again what it keeps, seconds. */
const settledAfterSeconds = 600

/**
 * A lease that was opened at this instant, unix seconds. A node that is behind, or one such of several behind one
 * address, has not heard of it: that says nothing of the lease, and throws `chain.unreachable`. Only a block from well
 * after the opening that lacks the lease says, by `none`, that the chain has taken the opening back.
 */
export async function readOpenedLease(
  client: Pick<ChainClient, 'lease' | 'rpcUrl'> & {
    publicClient: { getBlock(): Promise<{ number: bigint; timestamp: bigint }> }
  },
  leaseId: Hex,
  openedAt: number,
): Promise<ChainLease> {
  const state = await client.lease(leaseId)
  if (state.status !== 'none') return state
  try {
    const { number, timestamp } = await client.publicClient.getBlock()
    // The block by its number: whichever node answers, it has come so far.
    if (Number(timestamp) >= openedAt + settledAfterSeconds) return await client.lease(leaseId, number)
  } catch (cause) {
    throw nodeBehind(client.rpcUrl, cause)
  }
  throw nodeBehind(client.rpcUrl)
}

/** Waited out like a node that does not answer. */
export function nodeBehind(rpcUrl: string, cause?: unknown): SubletError {
  return new SubletError('chain.unreachable', `The chain's node at ${rpcUrl} is behind what is known.`, {
    hint: 'Wait until it has caught up, or name another node in SUBLET_RPC_URL.',
    cause,
  })
}
