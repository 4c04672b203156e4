import type { Market } from '@sublet/protocol'
import type { AskQuery, IndexerClient } from '@sublet/sdk'

type ListedAsk = Market['asks'][number]

const maxAsks = 5000

/** What all indexers list, each provider once. Throws what the first said when none answers. */
export async function readMarket(indexers: readonly IndexerClient[], query: AskQuery): Promise<Market> {
  const answers = await Promise.allSettled(indexers.map((indexer) => readAll(indexer, query)))
  const heard = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  const refused = answers.find((answer) => answer.status === 'rejected')
  if (heard.length === 0 && refused !== undefined) throw refused.reason
  return { asks: mergeAsks(heard.flat()) }
}

async function readAll(indexer: IndexerClient, query: AskQuery): Promise<ListedAsk[]> {
  const asks: ListedAsk[] = []
  let cursor: string | undefined
  do {
    const page = await indexer.asks({ ...query, cursor })
    asks.push(...page.asks)
    cursor = page.nextCursor
  } while (cursor !== undefined && asks.length < maxAsks)
  return asks
}

/** The newest ask of each provider, connected when any indexer reaches it; in the order of the first listing. */
export function mergeAsks(asks: readonly ListedAsk[]): ListedAsk[] {
  const byProvider = new Map<string, ListedAsk>()
  for (const one of asks) {
    const { provider, sequence } = one.signedAsk.ask
    const known = byProvider.get(provider)
    const newer = known === undefined || sequence > known.signedAsk.ask.sequence
    byProvider.set(provider, {
      signedAsk: newer ? one.signedAsk : known.signedAsk,
      connected: one.connected || (known?.connected ?? false),
    })
  }
  return [...byProvider.values()]
}
