import type { Address, Ask } from '@sublet/protocol'
import { createIndexerClient } from '@sublet/sdk'
import { type MarketPrices, marketPrices } from './market-prices.ts'

const pageSize = 500
/** Beyond these the medians hardly move. */
const mostPages = 20
const timeoutMs = 10_000

/**
 * What comparable compute goes for, by what the given indexers publish. Indexers that don't answer are left out; throws
 * `indexer.unreachable` when none does.
 */
export async function readMarket(parts: {
  indexerUrls: readonly string[]
  self?: Address | undefined
  chainId: number
  token: Address
  nowMs: number
}): Promise<MarketPrices> {
  const { indexerUrls, ...view } = parts
  const answers = await Promise.allSettled(indexerUrls.map(connectedAsks))
  const asks = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  const failed = answers.find((answer) => answer.status === 'rejected')
  if (failed !== undefined && answers.every(({ status }) => status === 'rejected')) throw failed.reason
  return marketPrices(asks, view)
}

async function connectedAsks(baseUrl: string): Promise<Ask[]> {
  const indexer = createIndexerClient({ baseUrl })
  const signal = AbortSignal.timeout(timeoutMs)
  const asks: Ask[] = []
  let cursor: string | undefined
  for (let page = 0; page < mostPages; page++) {
    const market = await indexer.asks({ limit: pageSize, cursor }, { signal })
    asks.push(...market.asks.flatMap(({ signedAsk, connected }) => (connected ? [signedAsk.ask] : [])))
    cursor = market.nextCursor
    if (cursor === undefined) break
  }
  return asks
}
