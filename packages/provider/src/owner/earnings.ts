import { accrued, depositOf, type LeaseStatus } from '@sublet/protocol'

/** What leases bring, before the fees of indexers and treasury. Token base units. */
export interface Earnings {
  /** Of the leases that are open now. */
  ratePerHour: bigint
  today: bigint
  total: bigint
}

type EarningLease = Pick<LeaseStatus, 'phase' | 'ratePerHour' | 'deposit' | 'openedAt' | 'paid' | 'voucher'>

/**
 * @param leases those that run, and those that ended since the day began.
 * @param paidBefore what all leases paid that ended before the day began.
 */
export function earningsOf(
  leases: readonly EarningLease[],
  paidBefore: bigint,
  time: { nowMs: number; dayStartMs: number },
): Earnings {
  const nowSeconds = time.nowMs / 1000
  const earnings: Earnings = { ratePerHour: 0n, today: 0n, total: paidBefore }
  for (const lease of leases) {
    if (lease.openedAt === undefined) continue
    if (lease.phase === 'active') earnings.ratePerHour += lease.ratePerHour
    const total = earnedBy(lease, nowSeconds)
    earnings.total += total
    earnings.today += total - earnedBy(lease, time.dayStartMs / 1000)
  }
  return earnings
}

/** What a lease had brought at an instant, unix seconds; once it is settled never more than was paid. */
function earnedBy(lease: EarningLease, atSeconds: number): bigint {
  const { ratePerHour, openedAt = 0, paid } = lease
  const owed = accrued({ ratePerHour, deposit: depositOf(lease), openedAt, maxDuration: 0 }, atSeconds)
  return paid !== undefined && paid < owed ? paid : owed
}
