import type { Ask, SignedAsk } from '@sublet/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sampleAddress, sampleAsk } from '../../../protocol/src/testing/sample-market.ts'
import { createBook } from './book.ts'
import { type ListedAsk, pageOfAsks } from './page.ts'

const signed = (changes: Partial<Ask>): SignedAsk => ({ ask: sampleAsk(changes), signature: '0x' })

test('keeps each provider’s newest ask, whatever the order they come in', () => {
  const asks = fc.array(
    fc
      .record({ provider: fc.nat(3).map(sampleAddress), sequence: fc.integer({ min: 1, max: 20 }) })
      .map(signed),
  )
  fc.assert(
    fc.property(asks, (all) => {
      const book = createBook()
      for (const ask of all) book.put(ask)
      for (const provider of new Set(all.map(({ ask }) => ask.provider))) {
        const newest = Math.max(
          ...all.filter(({ ask }) => ask.provider === provider).map(({ ask }) => ask.sequence),
        )
        expect(book.get(provider)?.ask.sequence).toBe(newest)
      }
      const listed = book.all().map(({ ask }) => ask.provider)
      expect(listed).toEqual([...new Set(listed)].sort())
    }),
  )
})

test('drops what has expired', () => {
  const book = createBook()
  book.put(signed({ provider: sampleAddress(1), expiresAtMs: 100 }))
  book.put(signed({ provider: sampleAddress(2), expiresAtMs: 200 }))
  expect(book.dropExpired(100)).toEqual([sampleAddress(1)])
  expect(book.all().map(({ ask }) => ask.provider)).toEqual([sampleAddress(2)])
})

test('pages give every matching ask once, whatever the page’s size', () => {
  const listed: ListedAsk[] = Array.from({ length: 25 }, (_, number) => ({
    signedAsk: signed({ provider: sampleAddress(number), region: number % 2 ? 'eu-west' : 'us-east' }),
    connected: true,
  }))
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom(undefined, 'eu', 'eu-west', 'asia'),
      (limit, region) => {
        const seen: string[] = []
        let cursor: string | undefined
        for (;;) {
          const page = pageOfAsks(listed, { limit, region, cursor })
          expect(page.asks.length).toBeLessThanOrEqual(limit)
          seen.push(...page.asks.map(({ signedAsk }) => signedAsk.ask.provider))
          cursor = page.nextCursor
          if (cursor === undefined) break
        }
        const all = listed.filter(
          ({ signedAsk }) => region === undefined || signedAsk.ask.region.startsWith(region),
        )
        expect(seen).toEqual(all.map(({ signedAsk }) => signedAsk.ask.provider))
      },
    ),
  )
  expect(pageOfAsks(listed, { limit: 5, gpu: 'RTX4090' }).asks).toHaveLength(5)
  expect(pageOfAsks(listed, { limit: 5, gpu: 'h100' }).asks).toHaveLength(0)
})
