import fc from 'fast-check'
import { expect, test } from 'vitest'
import { earningsOf } from './earnings.ts'

const lease = fc.record(
  {
    phase: fc.constantFrom('active' as const, 'closing' as const, 'closed' as const),
    ratePerHour: fc.bigInt({ min: 0n, max: 10n ** 9n }),
    deposit: fc.bigInt({ min: 0n, max: 10n ** 10n }),
    openedAt: fc.integer({ min: 1_000_000, max: 1_100_000 }),
    paid: fc.bigInt({ min: 0n, max: 10n ** 9n }),
  },
  { requiredKeys: ['phase', 'ratePerHour', 'deposit'] },
)

test('today is part of the total, both grow with time, and a settled lease brings no more than was paid', () => {
  fc.assert(
    fc.property(
      fc.array(lease),
      fc.bigInt({ min: 0n, max: 10n ** 12n }),
      fc.nat(100_000),
      (leases, before, later) => {
        const dayStartMs = 1_050_000_000
        const at = (nowMs: number) => earningsOf(leases, before, { nowMs, dayStartMs })
        const [early, late] = [at(dayStartMs), at(dayStartMs + later * 1000)]
        expect(early.today).toBe(0n)
        expect(late.today).toBe(late.total - early.total)
        expect(late.total).toBeGreaterThanOrEqual(early.total)
        expect(early.total).toBeGreaterThanOrEqual(before)
        const most = leases.reduce(
          (sum, { openedAt, deposit, paid = deposit }) =>
            openedAt === undefined ? sum : sum + (paid < deposit ? paid : deposit),
          before,
        )
        expect(late.total).toBeLessThanOrEqual(most)
      },
    ),
  )
})

test('adds up the rates of leases that are open', () => {
  const open = { phase: 'active' as const, ratePerHour: 3600n, deposit: 10n ** 6n, openedAt: 1000 }
  const closed = { ...open, phase: 'closed' as const, paid: 5n }
  const starting = { phase: 'starting' as const, ratePerHour: 99n, deposit: 1n }
  expect(earningsOf([open, open, closed, starting], 7n, { nowMs: 1_010_000, dayStartMs: 1_004_000 })).toEqual(
    {
      ratePerHour: 7200n,
      // Two leases by six seconds, and the settled one's fifth unit.
      today: 13n,
      total: 7n + 10n + 10n + 5n,
    },
  )
})

test('counts a lease paid by vouchers as far as they pay', () => {
  const lease = {
    ...{ phase: 'active' as const, ratePerHour: 3600n, deposit: 0n, openedAt: 1000 },
    voucher: { paidUntil: 1012 },
  }
  const total = (nowMs: number) => earningsOf([lease], 0n, { nowMs, dayStartMs: 0 }).total
  expect([total(1_010_000), total(1_020_000)]).toEqual([10n, 12n])
})
