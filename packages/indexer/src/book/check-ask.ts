import {
  type Address,
  type EscrowDomain,
  type SignedAsk,
  SubletError,
  statementTypedData,
} from '@sublet/protocol'
import type { ChainClient } from '@sublet/sdk'
import type { RegisteredNode } from '../registry/node-history.ts'

export interface AskCheckParts {
  domain: EscrowDomain
  isSignedBy: ChainClient['isSignedBy']
  /** What is known of a provider; `fresh` asks the chain itself. */
  node(provider: Address, options?: { fresh?: boolean }): Promise<RegisteredNode | undefined>
}

/** An ask may not stand longer than this without being renewed. */
export const longestAskMs = 24 * 3600 * 1000
/** How far ahead of our clock a provider's may run. */
const clockSlackMs = 60_000

/**
 * Whether an ask may enter the book: it is the provider's own, signed, of this chain, in date, and its key is the
 * registered one, because manifests are sealed to it.
 *
 * @throws SubletError `request.invalid`, `signature.invalid`, `provider.unknown` or `provider.key-mismatch`.
 */
export async function checkAsk(
  { ask, signature }: SignedAsk,
  from: Address,
  nowMs: number,
  { domain, isSignedBy, node }: AskCheckParts,
): Promise<void> {
  if (ask.provider !== from) {
    throw new SubletError('request.invalid', `${from} sent an ask of ${ask.provider}.`, {
      hint: 'A provider may only send its own asks.',
    })
  }
  if (ask.chainId !== domain.chainId) {
    throw new SubletError(
      'chain.wrong-network',
      `The ask is for chain ${ask.chainId}, not ${domain.chainId}.`,
      {
        hint: 'Point the provider and its indexer at the same chain.',
      },
    )
  }
  if (ask.expiresAtMs <= nowMs || ask.expiresAtMs > nowMs + longestAskMs + clockSlackMs) {
    throw new SubletError('request.invalid', 'The ask has expired, or stands for more than a day.', {
      hint: 'Check the clock of the provider’s machine.',
    })
  }
  // A sequence from far ahead would lock the provider out of its own book until that time.
  if (ask.sequence > nowMs + longestAskMs) {
    throw new SubletError('request.invalid', 'The ask’s sequence is more than a day ahead.', {
      hint: 'Check the clock of the provider’s machine.',
    })
  }
  const registered = await node(from)
  if (registered?.publicKey !== ask.publicKey) {
    // The key may have changed a moment ago.
    const fresh = await node(from, { fresh: true })
    if (fresh === undefined || !fresh.roles.includes('provider')) {
      throw new SubletError('provider.unknown', `The registry lists no provider ${from}.`, {
        hint: 'Register it with `sublet provider init`.',
      })
    }
    if (fresh.publicKey !== ask.publicKey) {
      throw new SubletError(
        'provider.key-mismatch',
        `The ask’s key is not the one that ${from} registered.`,
        {
          hint: 'Update the registered key, or restore the provider’s own; manifests are sealed to it.',
        },
      )
    }
  }
  if (!(await isSignedBy(from, statementTypedData('ask', ask, domain), signature))) {
    throw new SubletError('signature.invalid', `${from} did not sign this ask.`)
  }
}
