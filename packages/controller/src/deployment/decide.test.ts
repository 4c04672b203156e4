import { SubletError } from '@sublet/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterFailure } from './after-failure.ts'
import { nextAction } from './reconcile.ts'
import { type GroupState, groupStages, newGroup } from './state.ts'
import { decideSweep } from './sweep.ts'
import { decideTopUp } from './top-up.ts'

const groups = fc.record({
  stage: fc.constantFrom(...groupStages),
  wanted: fc.constantFrom('running' as const, 'closed' as const),
  retryAtMs: fc.option(fc.nat(1000), { nil: undefined }),
})

test('never orders what is not wanted, nor ends what may still open', () => {
  fc.assert(
    fc.property(
      groups,
      fc.constantFrom('running' as const, 'closed' as const),
      fc.nat(1000),
      (some, desired, nowMs) => {
        const group: GroupState = { ...newGroup('web'), ...some }
        const { kind } = nextAction(desired, group, nowMs)
        const closing = desired === 'closed' || group.wanted === 'closed'
        const bound = group.stage === 'offering' || group.stage === 'following'
        if (closing) expect(['close', 'end', 'none']).toContain(kind)
        if (kind === 'end' || kind === 'order') expect(bound).toBe(false)
        if (kind === 'none') expect(['ended', 'failed']).toContain(group.stage)
        if (bound && closing) expect(kind).toBe('close')
      },
    ),
  )
})

test('gives a group up that never ran, and never one that did', () => {
  const error = new SubletError('order.no-match', 'Nobody fits.')
  const fresh = { ...newGroup('web'), salt: `0x${'01'.repeat(32)}` as const }
  expect(afterFailure(fresh, error, { nowMs: 5, patientUntilMs: 0 })).toMatchObject({ stage: 'failed' })
  const patient = afterFailure(fresh, error, { nowMs: 5, patientUntilMs: 9 })
  expect(patient).toMatchObject({ stage: 'waiting', failures: 1 })
  // The next order takes another salt: this one may have been signed away.
  expect(patient.salt).toBeUndefined()
  let ran: GroupState = { ...fresh, everRan: true }
  let last = 0
  for (let round = 0; round < 20; round++) {
    ran = afterFailure(ran, error, { nowMs: 0, patientUntilMs: 0 })
    expect(ran.stage).toBe('waiting')
    expect(ran.retryAtMs).toBeGreaterThanOrEqual(last)
    expect(ran.retryAtMs).toBeLessThanOrEqual(60_000)
    last = ran.retryAtMs ?? 0
  }
})

test('remembers a signed agreement until no lease can come of it', () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.constantFrom('none' as const, 'open' as const, 'closed' as const, 'cancelled' as const),
      fc.nat(100),
      fc.nat(100),
      (followed, chainStatus, startBy, nowSeconds) => {
        const decision = decideSweep({ followed, chainStatus, startBy, nowSeconds })
        if (decision === 'drop') expect(chainStatus === 'open').toBe(false)
        if (decision === 'drop' && chainStatus === 'none') expect(nowSeconds).toBeGreaterThan(startBy)
        if (decision === 'close') expect(followed).toBe(false)
        if (chainStatus === 'open' && !followed) expect(decision).toBe('close')
      },
    ),
  )
})

test('keeps a lease funded to its agreed end, and not past it', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 1n, max: 10n ** 9n }),
      fc.integer({ min: 60, max: 7200 }),
      fc.integer({ min: 0, max: 20_000 }),
      (ratePerHour, depositSeconds, maxDuration) => {
        let nowSeconds = 1000
        let fundedUntil = Math.min(
          nowSeconds + depositSeconds,
          maxDuration === 0 ? Infinity : 1000 + maxDuration,
        )
        for (let round = 0; round < 30; round++) {
          const decision = decideTopUp({
            ratePerHour,
            fundedUntil,
            nowSeconds,
            openedAt: 1000,
            maxDuration,
            depositSeconds,
          })
          if (decision.kind === 'never') {
            expect(fundedUntil).toBeGreaterThanOrEqual(1000 + maxDuration)
            return
          }
          if (decision.kind === 'later') nowSeconds += decision.inSeconds
          else {
            expect(decision.amount).toBeGreaterThan(0n)
            const bought = Number((decision.amount * 3600n) / ratePerHour)
            fundedUntil =
              maxDuration === 0 ? fundedUntil + bought : Math.min(fundedUntil + bought, 1000 + maxDuration)
          }
          // It looks again before the money ends.
          expect(nowSeconds).toBeLessThan(fundedUntil)
        }
      },
    ),
  )
})
