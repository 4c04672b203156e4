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
  chain: { status: 'open', openedAt: 1_000, toppedUp: 0n, drawn: 0n, creditSeconds: 0, noticeEndsAt: 0 },
  stoppedAt: 1_100,
  closingSince: 1_100,
  now: 1_100,
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
  const credit = nextClosingStep({ ...noticed, now: 1_462 })
  expect(credit).toEqual({ kind: 'credit', creditSeconds: 360 })
  const credited = { ...noticed, chain: { ...noticed.chain, creditSeconds: 360 } }
  expect(nextClosingStep({ ...credited, now: 1_464 })).toEqual({ kind: 'close' })
})

test('a signed amount is taken when it covers what was served, whatever clocks say within ten seconds', () => {
  const settle = (amount: bigint) =>
    nextClosingStep({ ...base, settlement: { amount, tenantSignature: '0x' } }).kind
  expect(settle(100n)).toBe('settle')
  expect(settle(90n)).toBe('settle')
  expect(settle(89n)).toBe('wait')
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
})

test('left alone, every closing ends, costs the provider no penalty, and the tenant nothing but what was served', () => {
  fc.assert(
    fc.property(any, ({ rate, seconds, served, grace, noticePeriod }) => {
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
          closingSince: stoppedAt,
          now,
          settleGraceSeconds: grace,
        }
        const step = nextClosingStep(facts)
        if (step.kind === 'wait') {
          expect(step.untilSeconds).toBeGreaterThan(now)
          now = step.untilSeconds
        } else if (step.kind === 'give-notice') chain = { ...chain, noticeEndsAt: now + noticePeriod }
        else if (step.kind === 'credit') {
          expect(step.creditSeconds).toBeLessThanOrEqual(now - openedAt)
          chain = { ...chain, creditSeconds: step.creditSeconds }
        } else {
          expect(step.kind).toBe('close')
          const noticeKept = chain.noticeEndsAt !== 0 && now >= chain.noticeEndsAt
          expect(noticeKept || now >= moneyEndsAt(facts)).toBe(true)
          const paid = accrued(leaseMoney(facts), Math.min(now, moneyEndsAt(facts)) - chain.creditSeconds)
          // Two seconds of clock slack and one for each of two transactions are paid without having been served.
          const mostServed = accrued({ ...agreement, openedAt }, stoppedAt + 4)
          if (noticeKept && now < moneyEndsAt(facts)) expect(paid <= mostServed).toBe(true)
          return
        }
        now += 1
      }
      throw new Error('never closed')
    }),
  )
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
