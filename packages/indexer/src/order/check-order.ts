import { type EscrowDomain, type SignedOrder, SubletError, statementTypedData } from '@sublet/protocol'
import type { ChainClient } from '@sublet/sdk'

export interface OrderCheckParts {
  domain: EscrowDomain
  isSignedBy: ChainClient['isSignedBy']
}

/** Kinds of unit at most in one order; a group of a workload has fewer services. */
const mostUnits = 100
/** How far ahead of our clock a tenant's may run. */
const clockSlackMs = 60_000

/**
 * Whether an order may be worked on: of this chain, in date, and signed by its tenant, with a key or as a smart account
 * (EIP-1271).
 *
 * @throws SubletError `request.invalid`, `chain.wrong-network`, `order.expired`, `signature.invalid`.
 */
export async function checkOrder(
  { order, signature }: SignedOrder,
  nowMs: number,
  { domain, isSignedBy }: OrderCheckParts,
): Promise<void> {
  if (order.chainId !== domain.chainId) {
    throw new SubletError(
      'chain.wrong-network',
      `The order is for chain ${order.chainId}, not ${domain.chainId}.`,
      {
        hint: 'Post it to an indexer of that chain.',
      },
    )
  }
  if (order.units.length > mostUnits) {
    throw new SubletError(
      'request.invalid',
      `The order has ${order.units.length} kinds of unit; ${mostUnits} is the most.`,
      {
        hint: 'Split the workload into several groups.',
      },
    )
  }
  if (order.expiresAtMs <= nowMs) {
    throw new SubletError('order.expired', 'The order is past its end.', {
      hint: 'Sign a new one, and check this machine’s clock.',
    })
  }
  if (order.createdAtMs > nowMs + clockSlackMs) {
    throw new SubletError('request.invalid', 'The order was made in the future.', {
      hint: 'Check this machine’s clock.',
    })
  }
  if (!(await isSignedBy(order.tenant, statementTypedData('order', order, domain), signature))) {
    throw new SubletError('signature.invalid', `${order.tenant} did not sign this order.`, {
      hint: 'Sign the order’s canonical JSON in the escrow’s domain, as `statementTypedData` gives it.',
    })
  }
}
