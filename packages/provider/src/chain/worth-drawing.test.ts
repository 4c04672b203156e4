import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type DrawingFacts, type DrawingTerms, gasCost, isWorthDrawing } from './worth-drawing.ts'

const terms: DrawingTerms = {
  least: 1_000_000n,
  mostCostBps: 200,
  tokenPerCoin: 3_000_000_000n,
  atLatestSeconds: 604_800,
}
/** 55,048 gas at 0.1 gwei and 3,000 dollars a coin: 1.7 cents. */
const facts: DrawingFacts = {
  undrawn: 0n,
  secondsSinceDrawn: 60,
  gasUnits: 55_048n,
  gasPriceWei: 100_000_000n,
}

test('draws when the gas is at most the agreed part of it', () => {
  expect(gasCost(facts.gasUnits, facts.gasPriceWei, terms.tokenPerCoin)).toBe(16_515n)
  expect(isWorthDrawing({ ...facts, undrawn: 825_749n }, { ...terms, least: 0n })).toBe(false)
  expect(isWorthDrawing({ ...facts, undrawn: 825_750n }, { ...terms, least: 0n })).toBe(true)
  expect(isWorthDrawing({ ...facts, undrawn: 999_999n }, terms)).toBe(false)
})

test('draws at the latest after the time that was set, but never nothing', () => {
  const late = { ...facts, secondsSinceDrawn: 604_800, gasPriceWei: 10n ** 15n }
  expect(isWorthDrawing({ ...late, undrawn: 1n }, terms)).toBe(true)
  expect(isWorthDrawing({ ...late, undrawn: 0n }, terms)).toBe(false)
})

test('more money or cheaper gas never makes it less worth', () => {
  const any = fc.record({
    undrawn: fc.bigInt({ min: 0n, max: 10n ** 12n }),
    secondsSinceDrawn: fc.nat(10 ** 6),
    gasUnits: fc.bigInt({ min: 21_000n, max: 10n ** 7n }),
    gasPriceWei: fc.bigInt({ min: 0n, max: 10n ** 13n }),
  })
  fc.assert(
    fc.property(any, fc.bigInt({ min: 0n, max: 10n ** 9n }), (one, more) => {
      if (!isWorthDrawing(one, terms)) return
      expect(isWorthDrawing({ ...one, undrawn: one.undrawn + more }, terms)).toBe(true)
      expect(isWorthDrawing({ ...one, gasPriceWei: one.gasPriceWei / 2n }, terms)).toBe(true)
      if (one.secondsSinceDrawn < terms.atLatestSeconds) {
        const cost = gasCost(one.gasUnits, one.gasPriceWei, terms.tokenPerCoin)
        expect(cost * 50n).toBeLessThanOrEqual(one.undrawn)
      }
    }),
  )
})
