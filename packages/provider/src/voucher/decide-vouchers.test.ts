import { accrued, depositFor, mostToSign } from '@sublet/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  nextVoucherStep,
  unlockMarginSeconds,
  type VoucherFacts,
  whyUnpaid,
  worthOf,
} from './decide-vouchers.ts'

const facts: VoucherFacts = {
  ratePerHour: 3_600n,
  intervalSeconds: 10,
  maxDuration: 0,
  openedAt: undefined,
  creditSeconds: 0,
  granted: 0n,
  billed: 0n,
  heldTotal: 0n,
  channel: { collateral: 1_000n, redeemed: 0n, unlockAt: 0 },
  now: 100,
}

const scenario = fc.record({
  ratePerHour: fc.bigInt({ min: 1n, max: 10n ** 12n }),
  intervalSeconds: fc.integer({ min: 1, max: 600 }),
  collateral: fc.bigInt({ min: 0n, max: 10n ** 12n }),
  redeemedBefore: fc.bigInt({ min: 0n, max: 10n ** 12n }),
  maxDuration: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2_000 })),
  /** Seconds between two looks, and whether the tenant signs what is asked for then. */
  looks: fc.array(fc.record({ seconds: fc.integer({ min: 0, max: 300 }), signs: fc.boolean() }), {
    maxLength: 40,
  }),
})

test('never serves beyond what is signed and covered, and never holds more than an interval unserved', () => {
  fc.assert(
    fc.property(scenario, ({ ratePerHour, intervalSeconds, maxDuration, looks, ...money }) => {
      const channel = { collateral: money.collateral, redeemed: money.redeemedBefore, unlockAt: 0 }
      let now = 1_000
      let openedAt: number | undefined
      let granted = 0n
      let heldTotal = 0n
      for (const { seconds, signs } of looks) {
        now += seconds
        const fundedUntil = openedAt === undefined ? now : openedAt + Number((granted * 3_600n) / ratePerHour)
        // By then the lease has ended.
        if (openedAt !== undefined && now >= fundedUntil) return
        const billed = money.redeemedBefore + granted
        const look = () =>
          nextVoucherStep({
            ...{ ratePerHour, intervalSeconds, maxDuration, openedAt, creditSeconds: 0 },
            ...{ granted, billed, heldTotal, channel, now },
          })
        let step = look()
        if (step.kind === 'ask' && signs) {
          // An honest tenant's own count never falls short of what an honest provider asks for.
          const counted = openedAt === undefined ? [] : [openedAt]
          const leases = (counted.length === 0 ? [now] : counted).map((since) => ({
            ...{ ratePerHour, intervalSeconds, sinceMs: since * 1000 },
          }))
          expect(step.total).toBeLessThanOrEqual(mostToSign(money.redeemedBefore, leases, now * 1000))
          heldTotal = step.total
          step = look()
        }
        if (step.kind !== 'grant') continue
        granted += step.amount
        openedAt ??= now
        const worth = worthOf(heldTotal, channel)
        expect(money.redeemedBefore + granted).toBeLessThanOrEqual(worth)
        const served = accrued({ ratePerHour, deposit: granted, openedAt, maxDuration: 0 }, now)
        expect(granted - served).toBeLessThanOrEqual(depositFor(ratePerHour, intervalSeconds) + 1n)
        if (maxDuration > 0) expect(granted).toBeLessThanOrEqual(depositFor(ratePerHour, maxDuration))
      }
    }),
  )
})

test('asks for one interval before the start, and again when half of it is served', () => {
  expect(nextVoucherStep(facts)).toEqual({ kind: 'ask', total: 10n })
  const running = { ...facts, openedAt: 100, granted: 10n, billed: 10n, heldTotal: 10n }
  expect(nextVoucherStep({ ...running, now: 104 })).toEqual({ kind: 'none' })
  expect(nextVoucherStep({ ...running, now: 105 })).toEqual({ kind: 'ask', total: 15n })
  // Own downtime is not paid, so the same money lasts longer.
  expect(nextVoucherStep({ ...running, now: 105, creditSeconds: 3 })).toEqual({ kind: 'none' })
})

test('takes what an earlier lease left over before it asks', () => {
  expect(nextVoucherStep({ ...facts, heldTotal: 10n })).toEqual({ kind: 'grant', amount: 10n })
  expect(nextVoucherStep({ ...facts, heldTotal: 9n })).toEqual({ kind: 'ask', total: 10n })
})

test('serves on nothing whose collateral may leave before the next redemption', () => {
  const unlocking = (unlockAt: number) =>
    nextVoucherStep({ ...facts, channel: { ...facts.channel, unlockAt } }).kind
  expect(unlocking(facts.now + facts.intervalSeconds + unlockMarginSeconds)).toBe('ask')
  expect(unlocking(facts.now + facts.intervalSeconds + unlockMarginSeconds - 1)).toBe('refuse')
})

test('says why the money ended', () => {
  const why = (more: Partial<VoucherFacts>) => {
    const all = { ...facts, ...more }
    return whyUnpaid(nextVoucherStep(all), all)
  }
  expect(why({})).toContain('No voucher came')
  expect(why({ channel: { collateral: 9n, redeemed: 0n, unlockAt: 0 } })).toContain('used up')
  expect(why({ channel: { collateral: 1_000n, redeemed: 0n, unlockAt: 101 } })).toContain('takes back')
})
