import { expect, test } from 'vitest'
import { plainAllocation as allocation } from '../testing/plain-lease.ts'
import { createHoldings } from './holdings.ts'

const leaseId = `0x${'01'.repeat(32)}` as const
test('a reservation that is let go lapses when it would have', () => {
  const holdings = createHoldings(() => 1_000)
  holdings.reserve(leaseId, allocation, 2_000)
  const unpin = holdings.pin(leaseId)
  expect(holdings.lapse(3_000)).toEqual([])
  unpin()
  expect(holdings.lapse(3_000)).toEqual([leaseId])
  expect(holdings.claims()).toEqual([])
})

test('letting go of a reservation takes nothing from the lease that it became', () => {
  const holdings = createHoldings(() => 1_000)
  holdings.reserve(leaseId, allocation, 2_000)
  const unpin = holdings.pin(leaseId)
  holdings.lease(leaseId, allocation)
  unpin()
  expect(holdings.lapse(3_000)).toEqual([])
  expect(holdings.leased()).toEqual([leaseId])
})

test('counts a tenant’s bids that stand, without the one that is decided anew', () => {
  const holdings = createHoldings(() => 1_000)
  const idOf = (number: number) => `0x${String(number).padStart(64, '0')}` as const
  const [one, other] = ([1, 2] as const).map((number) => `0x${`0${number}`.repeat(20)}` as const) as [
    `0x${string}`,
    `0x${string}`,
  ]
  for (const number of [1, 2, 3]) holdings.reserve(idOf(number), allocation, 2_000, one)
  holdings.reserve(idOf(4), allocation, 2_000, other)
  expect(holdings.reservationsOf(one, idOf(9))).toBe(3)
  expect(holdings.reservationsOf(one, idOf(1))).toBe(2)
  holdings.lease(idOf(2), allocation)
  expect(holdings.reservationsOf(one, idOf(9))).toBe(2)
  holdings.lapse(2_000)
  expect(holdings.reservationsOf(one, idOf(9))).toBe(0)
})
