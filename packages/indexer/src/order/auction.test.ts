import {
  type Address,
  agreementTypedData,
  type Bid,
  depositFor,
  type OrderEvent,
  orderHashOf,
} from '@sublet/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sampleAddress, sampleOrder } from '../../../protocol/src/testing/sample-market.ts'
import type { BidAnswer, BidQuestion } from './ask-for-bid.ts'
import { runAuction } from './auction.ts'

const nowMs = 1_000_000
const domain = { chainId: 31337, escrow: sampleAddress(0xe5) }
const indexer = sampleAddress(0x1d)
const order = sampleOrder()

function bidOf(provider: Address, ratePerHour: bigint): Bid {
  return {
    orderHash: orderHashOf(order),
    provider,
    agreement: {
      tenant: order.tenant,
      provider,
      indexer,
      token: order.token,
      ratePerHour,
      deposit: depositFor(ratePerHour, order.depositSeconds),
      maxDuration: order.maxDuration,
      indexerFeeBps: 100,
      termsHash: order.termsHash,
      salt: order.salt,
      startBy: nowMs / 1000 + 60,
    },
    providerSignature: '0x',
    hardware: [],
    region: 'eu-west',
    expiresAtMs: nowMs + 1000,
  }
}

interface Run {
  rates: bigint[]
  /** Whether each candidate bids, by its rank. */
  bids: boolean[]
  bidders: number
  signed?: (provider: Address) => boolean
  signal?: AbortSignal
}

async function run({
  rates,
  bids,
  bidders,
  signed = () => true,
  signal = new AbortController().signal,
}: Run) {
  const asked: number[] = []
  let atOnce = 0
  let mostAtOnce = 0
  const candidates = rates.map((ratePerHour, index) => ({
    provider: sampleAddress(index),
    ratePerHour,
    hasImages: false,
  }))
  const events: OrderEvent[] = []
  const ask = async ({ provider }: { provider: Address }, question: BidQuestion): Promise<BidAnswer> => {
    const index = candidates.findIndex((candidate) => candidate.provider === provider)
    asked.push(index)
    mostAtOnce = Math.max(mostAtOnce, ++atOnce)
    await new Promise((resolve) => setImmediate(resolve))
    atOnce--
    if (!bids[index]) return { exclusion: { provider, reason: 'declined', message: 'No.' } }
    return { bid: bidOf(provider, question.ratePerHour ?? rates[index] ?? 0n) }
  }
  const auction = runAuction({
    signedOrder: { order, signature: '0x' },
    market: { candidates, excluded: [] },
    indexer,
    feeBps: 100,
    bidders,
    bidTimeoutMs: 1000,
    domain,
    isSignedBy: async (provider, data) => {
      expect(data.primaryType).toBe(agreementTypedData(bidOf(provider, 1n).agreement, domain).primaryType)
      return signed(provider)
    },
    ask,
    now: () => nowMs,
    signal,
  })
  for await (const event of auction) events.push(event)
  return { events, asked, mostAtOnce }
}

test('asks the best, and the next for each that declines, until enough have bid or nobody is left', async () => {
  const candidates = fc.array(fc.record({ rate: fc.bigInt({ min: 1n, max: 9n }), bids: fc.boolean() }), {
    maxLength: 12,
  })
  await fc.assert(
    fc.asyncProperty(candidates, fc.integer({ min: 1, max: 8 }), async (all, bidders) => {
      const ranked = all.toSorted((a, b) => (a.rate < b.rate ? -1 : a.rate > b.rate ? 1 : 0))
      const { events, asked, mostAtOnce } = await run({
        rates: ranked.map(({ rate }) => rate),
        bids: ranked.map(({ bids }) => bids),
        bidders,
      })
      expect(events[0]?.type).toBe('screened')
      const bids = events.filter(({ type }) => type === 'bid').length
      expect(bids).toBe(Math.min(bidders, ranked.filter((candidate) => candidate.bids).length))
      expect(events.at(-1)).toEqual({ type: 'ended', bids })
      expect(asked).toEqual(asked.map((_, index) => index))
      expect(mostAtOnce).toBeLessThanOrEqual(bidders)
      expect(events.filter(({ type }) => type === 'declined').length).toBe(asked.length - bids)
    }),
  )
})

test('passes on no bid whose signature is not the provider’s', async () => {
  const { events } = await run({
    rates: [1n, 2n],
    bids: [true, true],
    bidders: 2,
    signed: (provider) => provider === sampleAddress(1),
  })
  expect(events.filter(({ type }) => type === 'bid')).toMatchObject([{ bid: { provider: sampleAddress(1) } }])
  expect(events.filter(({ type }) => type === 'declined')).toMatchObject([
    { exclusion: { provider: sampleAddress(0), message: expect.stringContaining('not signed') } },
  ])
})

test('asks nobody for a tenant that is gone', async () => {
  const { asked } = await run({ rates: [1n], bids: [true], bidders: 1, signal: AbortSignal.abort() })
  expect(asked).toEqual([])
})
