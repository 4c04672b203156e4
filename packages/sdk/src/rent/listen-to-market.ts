import { isSubletError, type OrderEvent, type SignedOrder, SubletError } from '@sublet/protocol'
import type { IndexerClient } from '../indexer/create-indexer-client.ts'
import { merge } from '../stream/merge.ts'

export type MarketEvent =
  | { type: 'heard'; indexer: IndexerClient; event: OrderEvent }
  | { type: 'silent'; indexer: IndexerClient; error: SubletError }

/** Posts one order to several indexers at once and merges what they say. One that fails does not end the others. */
export function listenToMarket(
  indexers: readonly IndexerClient[],
  signedOrder: SignedOrder,
  signal: AbortSignal,
): AsyncGenerator<MarketEvent> {
  return merge(indexers.map((indexer) => listenTo(indexer, signedOrder, signal)))
}

async function* listenTo(
  indexer: IndexerClient,
  signedOrder: SignedOrder,
  signal: AbortSignal,
): AsyncGenerator<MarketEvent> {
  try {
    for await (const event of indexer.postOrder(signedOrder, { signal }))
      yield { type: 'heard', indexer, event }
  } catch (cause) {
    if (signal.aborted) return
    const error = isSubletError(cause)
      ? cause
      : new SubletError('indexer.unreachable', `The indexer at ${indexer.baseUrl} broke off.`, { cause })
    yield { type: 'silent', indexer, error }
  }
}
