import { buffer } from 'node:stream/consumers'
import {
  type Address,
  type Bid,
  bidRequestSchema,
  bidSchema,
  type Exclusion,
  exclusionSchema,
  isSubletError,
  type SignedOrder,
} from '@sublet/protocol'
import type { Tunnel, TunnelResponse } from '@sublet/service'
import { z } from 'zod'

export interface BidQuestion {
  signedOrder: SignedOrder
  indexer: Address
  indexerFeeBps: number
  /** The rate to quote, where it isn't the provider's own (`second` price). */
  ratePerHour?: bigint | undefined
}

export type BidAnswer = { bid: Bid } | { exclusion: Exclusion }

const mostAnswerBytes = 256 * 1024

/** A provider's refusal: our problem document, with the exclusion in its details where it gives one. */
const refusalSchema = z.looseObject({
  detail: z.string().max(2000),
  details: z.looseObject({ exclusion: z.unknown() }).optional(),
})

/**
 * Asks one provider for a bid over its tunnel. Never throws for what the provider does: a refusal, silence or nonsense is an
 * exclusion.
 */
export async function askForBid(
  tunnel: Tunnel | undefined,
  provider: Address,
  question: BidQuestion,
  signal: AbortSignal,
): Promise<BidAnswer> {
  const left = (reason: Exclusion['reason'], message: string): BidAnswer => ({
    exclusion: { provider, reason, message },
  })
  if (tunnel === undefined) return left('unreachable', 'The provider’s connection ended.')
  const { signedOrder, indexer, indexerFeeBps, ratePerHour } = question
  const request = {
    signedOrder,
    indexer,
    indexerFeeBps,
    ...(ratePerHour === undefined ? {} : { ratePerHour }),
  }
  try {
    const response = await tunnel.request({
      method: 'POST',
      path: '/v1/bids',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(bidRequestSchema.encode(request)),
      signal,
    })
    const answer = await readJson(response)
    if (response.status === 200) {
      const bid = bidSchema.safeParse(answer)
      return bid.success
        ? { bid: bid.data }
        : left('declined', 'The provider gave a bid that is not understood.')
    }
    const refusal = refusalSchema.safeParse(answer)
    if (!refusal.success) return left('declined', `The provider answered with status ${response.status}.`)
    const exclusion = exclusionSchema.safeParse(refusal.data.details?.exclusion)
    // It speaks for itself alone.
    if (exclusion.success) return { exclusion: { ...exclusion.data, provider } }
    return left('declined', refusal.data.detail)
  } catch (error) {
    if (signal.aborted) return left('unreachable', 'The provider did not answer with a bid in time.')
    return left('unreachable', isSubletError(error) ? error.message : 'The provider broke off its answer.')
  }
}

async function readJson({ body, headers }: TunnelResponse): Promise<unknown> {
  if (Number(headers['content-length'] ?? 0) > mostAnswerBytes) {
    body.destroy()
    return undefined
  }
  let length = 0
  body.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > mostAnswerBytes) body.destroy(new RangeError('the answer is too long'))
  })
  try {
    return JSON.parse((await buffer(body)).toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
