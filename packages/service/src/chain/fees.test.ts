import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Fees, raisedFees } from './fees.ts'

const wei = fc.bigInt({ min: 0n, max: 10n ** 15n })
const fees: fc.Arbitrary<Fees> = fc.oneof(
  fc.record({ type: fc.constant('legacy' as const), gasPrice: wei }),
  fc
    .tuple(wei, wei)
    .map(([a, b]) => ({ type: 'eip1559' as const, maxFeePerGas: a + b, maxPriorityFeePerGas: b })),
)

test('raised fees replace what was offered: an eighth more in every part, and no less than the chain asks', () => {
  fc.assert(
    fc.property(fees, fees, (offered, current) => {
      const raised = raisedFees(offered, current)
      const parts = (one: Fees) =>
        one.type === 'legacy' ? [one.gasPrice] : [one.maxFeePerGas, one.maxPriorityFeePerGas]
      expect(raised.type).toBe(offered.type)
      for (const [index, part] of parts(raised).entries()) {
        expect(part * 8n).toBeGreaterThanOrEqual((parts(offered)[index] ?? 0n) * 9n)
        expect(part).toBeGreaterThan(parts(offered)[index] ?? 0n)
      }
      const ceiling = (one: Fees) => (one.type === 'legacy' ? one.gasPrice : one.maxFeePerGas)
      expect(ceiling(raised)).toBeGreaterThanOrEqual(ceiling(current))
      if (raised.type === 'eip1559')
        expect(raised.maxFeePerGas).toBeGreaterThanOrEqual(raised.maxPriorityFeePerGas)
    }),
  )
})
