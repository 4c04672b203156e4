import { accrued, depositFor } from '@sublet/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type ClosingFacts,
  leaseMoney,
  leastSettlement,
  moneyEndsAt,
  nextClosingStep,
} from './settle-lease.ts'

const base: ClosingFacts = {
  agreement: { ratePerHour: 3_600n, deposit: 3_600n, maxDuration: 0 },
  chain: {
    status: 'open',
    openedAt: 1_000,
    toppedUp: 0n,
    drawn: 0n,
    creditSeconds: 0,
    noticeEndsAt: 0,
    endedAt: 0,
  },
  stoppedAt: 1_100,
  downtimeSeconds: 0,
  closingSince: 1_100,
  now: 1_100,
  chainNow: 1_100,
  settlement: undefined,
  settleGraceSeconds: 60,
  breakOff: false,
}

test('what is closed is done, what was never opened costs nothing', () => {
  expect(nextClosingStep({ ...base, chain: { ...base.chain, status: 'closed' } })).toEqual({ kind: 'done' })
  expect(nextClosingStep({ ...base, chain: { ...base.chain, status: 'none' } })).toEqual({
    kind: 'never-opened',
  })
})

test('the tenant is waited for, then notice is given, then the time since the stop is credited, then it is closed', () => {
  expect(nextClosingStep(base)).toEqual({ kind: 'wait', untilSeconds: 1_160 })
  expect(nextClosingStep({ ...base, now: 1_160 })).toEqual({ kind: 'give-notice' })
  const noticed = { ...base, chain: { ...base.chain, noticeEndsAt: 1_460 } }
  expect(nextClosingStep({ ...noticed, now: 1_400 })).toEqual({ kind: 'wait', untilSeconds: 1_462 })
  // Two seconds more than have passed: the close comes after the credit.
  const credit = nextClosingStep({ ...noticed, now: 1_462, chainNow: 1_461 })
  expect(credit).toEqual({ kind: 'credit', creditSeconds: 364 })
  const credited = { ...noticed, chain: { ...noticed.chain, creditSeconds: 364 }, chainNow: 1_463 }
  expect(nextClosingStep({ ...credited, now: 1_464 })).toEqual({ kind: 'close' })
  // A close that could not be sent for long leaves nothing to pay either.
  expect(nextClosingStep({ ...credited, now: 1_490, chainNow: 1_489 })).toEqual({
    kind: 'credit',
    creditSeconds: 392,
  })
})

test('a signed amount is taken when it covers what was served, whatever clocks say within ten seconds', () => {
  const settle = (amount: bigint) =>
    nextClosingStep({ ...base, settlement: { amount, until: 1_101, tenantSignature: '0x' } }).kind
  expect(settle(100n)).toBe('settle')
  expect(settle(90n)).toBe('settle')
  expect(settle(89n)).toBe('wait')
})

test('a signed amount that the chain no longer takes is not tried', () => {
  const settlement = { amount: 100n, until: 1_100, tenantSignature: '0x' } as const
  expect(nextClosingStep({ ...base, settlement }).kind).toBe('wait')
})

test('when the money has ended it is closed, free of charge', () => {
  expect(moneyEndsAt(base)).toBe(4_600)
  expect(nextClosingStep({ ...base, now: 4_602 })).toEqual({ kind: 'close' })
})

const any = fc.record({
  rate: fc.bigInt({ min: 1n, max: 10n ** 9n }),
  seconds: fc.integer({ min: 1, max: 100_000 }),
  served: fc.integer({ min: 0, max: 100_000 }),
  grace: fc.integer({ min: 0, max: 600 }),
  noticePeriod: fc.integer({ min: 1, max: 600 }),
  /** Percent of the time served. */
  down: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 })),
})

test('left alone, every closing ends, costs the provider no penalty, and the tenant nothing but what was served', () => {
  fc.assert(
    fc.property(any, ({ rate, seconds, served, grace, noticePeriod, down }) => {
      // The chain takes no more off at a time than the money lasts.
      const downtimeSeconds = Math.min(Math.floor((served * down) / 100), seconds * 5)
      const deposit = depositFor(rate, seconds)
      const agreement = { ratePerHour: rate, deposit, maxDuration: 0 }
      const openedAt = 1_000_000
      const stoppedAt = openedAt + served
      let chain: ClosingFacts['chain'] = { ...base.chain, openedAt }
      let now = stoppedAt
      for (let steps = 0; steps < 20; steps += 1) {
        const facts = {
          ...base,
          agreement,
          chain,
          stoppedAt,
          downtimeSeconds,
          closingSince: stoppedAt,
          now,
          chainNow: now,
          settleGraceSeconds: grace,
        }
        const step = nextClosingStep(facts)
        if (step.kind === 'wait') {
          expect(step.untilSeconds).toBeGreaterThan(now)
          now = step.untilSeconds
        } else if (step.kind === 'give-notice') chain = { ...chain, noticeEndsAt: now + noticePeriod }
        else if (step.kind === 'credit') {
          expect(step.creditSeconds).toBeLessThanOrEqual(now - openedAt)
          const endedAt = now >= moneyEndsAt(facts) ? moneyEndsAt(facts) : 0
          chain = { ...chain, creditSeconds: step.creditSeconds, endedAt }
        } else {
          expect(step.kind).toBe('close')
          const noticeKept = chain.noticeEndsAt !== 0 && now >= chain.noticeEndsAt
          expect(noticeKept || now >= moneyEndsAt(facts)).toBe(true)
          const paid = accrued(leaseMoney(facts), Math.min(now, moneyEndsAt(facts)) - chain.creditSeconds)
          // The chain takes no more off than has passed, so the second between credit and close is left of a very short lease.
          const served = Math.max(stoppedAt - downtimeSeconds, openedAt + 1)
          const mostServed = accrued({ ...agreement, openedAt }, served)
          if (noticeKept && now < moneyEndsAt(facts)) expect(paid <= mostServed).toBe(true)
          return
        }
        now += 1
      }
      throw new Error('never closed')
    }),
  )
})

test('downtime credited when the money has ended is given back at once, not waited for', () => {
  const ended = { ...base, now: 4_700, chainNow: 4_700, stoppedAt: 4_600, downtimeSeconds: 900 }
  expect(nextClosingStep(ended)).toEqual({ kind: 'credit', creditSeconds: 900 })
  const credited = { ...ended, chain: { ...base.chain, creditSeconds: 900, endedAt: 4_600 } }
  expect(moneyEndsAt(credited)).toBe(4_600)
  expect(nextClosingStep(credited)).toEqual({ kind: 'close' })
})

test('the least settlement never passes what has accrued', () => {
  fc.assert(
    fc.property(any, ({ rate, seconds, served }) => {
      const agreement = { ratePerHour: rate, deposit: depositFor(rate, seconds), maxDuration: 0 }
      const facts = { ...base, agreement, chain: { ...base.chain, openedAt: 500 }, stoppedAt: 500 + served }
      expect(leastSettlement(facts) <= accrued(leaseMoney(facts), 500 + served)).toBe(true)
    }),
  )
})

test('own downtime comes off a settlement, and is credited before anybody can close at more', () => {
  const down = { ...base, downtimeSeconds: 40 }
  const settle = (amount: bigint) =>
    nextClosingStep({
      ...down,
      now: 1_103,
      chainNow: 1_102,
      settlement: { amount, until: 1_200, tenantSignature: '0x' },
    })
  expect(settle(60n).kind).toBe('settle')
  expect(settle(50n).kind).toBe('settle')
  expect(settle(49n)).toEqual({ kind: 'credit', creditSeconds: 40 })
  expect(settle(100n)).toEqual({ kind: 'credit', creditSeconds: 40 })
  const credited = { ...down, chain: { ...down.chain, creditSeconds: 40 } }
  expect(nextClosingStep(credited)).toEqual({ kind: 'wait', untilSeconds: 1_160 })
  expect(nextClosingStep({ ...down, breakOff: true, now: 1_103 }).kind).toBe('credit')
  expect(nextClosingStep({ ...credited, breakOff: true }).kind).toBe('close')
})
