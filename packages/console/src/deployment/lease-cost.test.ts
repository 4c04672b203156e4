import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  sampleBid,
  sampleDeployment,
  sampleDeposit,
  sampleGroup,
  sampleLease,
  sampleRatePerHour,
} from '../testing/sample-deployment.ts'
import { sampleAddress } from '../testing/sample-market.ts'
import { deploymentCost, groupCost, leaseCost } from './lease-cost.ts'

const openedAt = 1_700_000_000
const openMs = openedAt * 1000

test('costs nothing before it opens', () => {
  expect(leaseCost(sampleLease('pulling', openMs), 0, openMs + 60_000)).toMatchObject({
    state: 'pending',
    cost: 0n,
    remaining: sampleDeposit,
    fundedUntil: undefined,
  })
})

test('costs the rate times whole seconds while it runs', () => {
  const lease = sampleLease('active', openMs, { openedAt })
  expect(leaseCost(lease, 0, openMs + 36_900)).toMatchObject({
    state: 'running',
    cost: (sampleRatePerHour * 36n) / 3600n,
    paidSeconds: 36,
    fundedUntil: openedAt + 3 * 3600,
  })
})

test('says what the chain settled once it is closed', () => {
  const lease = sampleLease('closed', openMs, { openedAt, paid: 12_345n, refunded: sampleDeposit - 12_345n })
  expect(leaseCost(lease, 0, openMs + 10 ** 9)).toMatchObject({
    state: 'settled',
    cost: 12_345n,
    remaining: sampleDeposit - 12_345n,
  })
})

test('stops at its end, though nobody heard what it paid', () => {
  const lease = sampleLease('closed', openMs, { openedAt, phaseAtMs: { closed: openMs + 36_000 } })
  expect(leaseCost(lease, 0, openMs + 10 ** 9)).toMatchObject({
    state: 'settled',
    cost: (sampleRatePerHour * 36n) / 3600n,
    paidSeconds: 36,
  })
})

test('cost and remainder always make up the deposit, and time never makes it cheaper', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 10n ** 12n }),
      fc.bigInt({ min: 0n, max: 10n ** 14n }),
      fc.nat(10 ** 7),
      fc.nat(10 ** 9),
      fc.nat(10 ** 6),
      (ratePerHour, deposit, maxDuration, laterMs, moreMs) => {
        const lease = sampleLease('active', openMs, { openedAt, ratePerHour, deposit })
        const early = leaseCost(lease, maxDuration, openMs + laterMs)
        const late = leaseCost(lease, maxDuration, openMs + laterMs + moreMs)
        expect(early.cost + early.remaining).toBe(deposit)
        expect(late.cost).toBeGreaterThanOrEqual(early.cost)
        expect(late.remaining).toBeGreaterThanOrEqual(0n)
      },
    ),
  )
})

test('stops at the longest duration of the accepted agreement', () => {
  const bid = sampleBid(1, sampleRatePerHour, openMs, [])
  const short = { ...bid, agreement: { ...bid.agreement, maxDuration: 60, deposit: sampleDeposit } }
  const lease = sampleLease('active', openMs, { openedAt })
  const group = sampleGroup({ bids: [short], provider: sampleAddress(1), lease })
  expect(groupCost(group, openMs + 3_600_000)).toMatchObject({ paidSeconds: 60, fundedUntil: openedAt + 60 })
})

test('adds up the leases of a deployment, and only running ones count for the rate', () => {
  const running = sampleGroup({ lease: sampleLease('active', openMs, { openedAt }) })
  const done = sampleGroup({
    name: 'b',
    lease: sampleLease('closed', openMs, { openedAt, paid: 500n, refunded: 1n }),
  })
  const deployment = sampleDeployment(openMs, { groups: [running, done, sampleGroup({ name: 'c' })] })
  expect(deploymentCost(deployment, openMs + 3_600_000)).toEqual({
    ratePerHour: sampleRatePerHour,
    cost: sampleRatePerHour + 500n,
    running: true,
  })
})
