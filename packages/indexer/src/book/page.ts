import { type Address, isWithinRegion, type Market, type SignedAsk } from '@sublet/protocol'

export interface ListedAsk {
  signedAsk: SignedAsk
  connected: boolean
}

export interface AskFilter {
  gpu?: string | undefined
  region?: string | undefined
  /** The last address of the page before. */
  cursor?: string | undefined
  limit: number
}

/** One page of asks in the order of their providers' addresses, which no change of the market moves. */
export function pageOfAsks(asks: readonly ListedAsk[], { gpu, region, cursor, limit }: AskFilter): Market {
  const model = gpu?.toLowerCase()
  const page: ListedAsk[] = []
  let last: Address | undefined
  for (const listed of asks) {
    const { ask } = listed.signedAsk
    if (cursor !== undefined && ask.provider <= cursor) continue
    if (region !== undefined && !isWithinRegion(ask.region, region)) continue
    if (model !== undefined && !ask.inventory.gpus.some((stock) => stock.model === model)) continue
    if (page.length === limit) return { asks: page, ...(last === undefined ? {} : { nextCursor: last }) }
    page.push(listed)
    last = ask.provider
  }
  return { asks: page }
}
