import fc from 'fast-check'
import { expect, test } from 'vitest'
import { depositNeeded, formatUnits } from './shortfall.ts'

const amount = fc.bigInt({ min: 0n, max: 10n ** 15n })

test('deposits exactly what is missing, or says what cannot be had', () => {
  fc.assert(
    fc.property(amount, amount, amount, amount, (needed, promised, escrowBalance, walletBalance) => {
      const facts = {
        needed,
        promised,
        escrowBalance,
        walletBalance,
        symbol: 'TUSD',
        decimals: 6,
        address: '0x1',
      }
      const free = escrowBalance > promised ? escrowBalance - promised : 0n
      if (free + walletBalance >= needed) {
        const deposit = depositNeeded(facts)
        expect(deposit).toBeLessThanOrEqual(walletBalance)
        expect(free + deposit).toBe(free > needed ? free : needed)
        return
      }
      const missing = (needed - free - walletBalance).toString()
      expect(() => depositNeeded(facts)).toThrowError(
        expect.objectContaining({
          code: 'funds.insufficient',
          details: expect.objectContaining({ missing }),
        }),
      )
    }),
  )
})

test('writes amounts as people do', () => {
  expect(formatUnits(1_500_000n, 6)).toBe('1.5')
  expect(formatUnits(278n, 6)).toBe('0.000278')
  expect(formatUnits(3_000_000n, 6)).toBe('3')
  expect(formatUnits(0n, 6)).toBe('0')
})
