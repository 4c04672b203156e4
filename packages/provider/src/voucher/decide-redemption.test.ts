import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DrawingTerms } from '../chain/worth-drawing.ts'
import { chooseRedemptions, mostInBatch, type RedeemableChannel } from './decide-redemption.ts'

const now = 1_000_000
const terms: DrawingTerms = {
  least: 1_000_000n,
  mostCostBps: 200,
  tokenPerCoin: 3_000_000_000n,
  atLatestSeconds: 604_800,
}
const gasPriceWei = 100_000_000n
const owing = (amount: bigint, more: Partial<RedeemableChannel> = {}): RedeemableChannel => ({
  heldTotal: amount,
  channel: { collateral: 10n ** 12n, redeemed: 0n, unlockAt: 0 },
  waitingSince: now,
  ...more,
})
const choose = (channels: RedeemableChannel[], more: DrawingTerms | undefined = terms) =>
  chooseRedemptions(channels, now, gasPriceWei, more)

test('waits until the batch is worth its gas', () => {
  expect(choose([owing(900_000n)])).toEqual([])
  const ten = Array.from({ length: 10 }, () => owing(900_000n))
  // 200,000 gas at 0.1 gwei and 3,000 dollars a coin is 6 cents; two percent of nine dollars are 18.
  expect(choose(ten)).toHaveLength(10)
  // One that is not worth its own 14,000 gas stays out.
  expect(choose([...ten, owing(1_000n)])).toHaveLength(10)
})

test('meets an unlock, and what has waited long, whatever it costs', () => {
  const unlocking = owing(1n, { channel: { collateral: 5n, redeemed: 0n, unlockAt: now + 86_400 } })
  expect(choose([unlocking, owing(1n)])).toEqual([unlocking])
  const old = owing(1n, { waitingSince: now - terms.atLatestSeconds })
  expect(choose([old])).toEqual([old])
})

test('takes nothing that pays nothing, no more than a batch, and with no terms whatever there is', () => {
  const channel = fc.record({
    heldTotal: fc.bigInt({ min: 0n, max: 10n ** 8n }),
    channel: fc.record({
      collateral: fc.bigInt({ min: 0n, max: 10n ** 8n }),
      redeemed: fc.bigInt({ min: 0n, max: 10n ** 8n }),
      unlockAt: fc.constantFrom(0, now + 100),
    }),
    waitingSince: fc.integer({ min: 1, max: now }),
  })
  fc.assert(
    fc.property(fc.array(channel, { maxLength: 120 }), fc.boolean(), (channels, always) => {
      const chosen = chooseRedemptions(channels, now, gasPriceWei, always ? undefined : terms)
      expect(chosen.length).toBeLessThanOrEqual(mostInBatch)
      expect(new Set(chosen).size).toBe(chosen.length)
      const pays = (one: RedeemableChannel) =>
        one.heldTotal > one.channel.redeemed && one.channel.collateral > 0n
      expect(chosen.every(pays)).toBe(true)
      if (always) expect(chosen).toHaveLength(Math.min(mostInBatch, channels.filter(pays).length))
    }),
  )
})
