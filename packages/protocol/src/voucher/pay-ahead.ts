import { z } from 'zod'
import type { Agreement } from '../agreement/agreement.ts'
import { depositFor } from '../lease/accrual.ts'
import { addressSchema, amountSchema, hexSchema } from '../units/units.ts'

/** Where the payment of a lease by vouchers stands, as its provider says. */
export const voucherStateSchema = z.strictObject({
  /** What the next voucher must say for the service to go on; absent while nothing is due. Token base units. */
  askedTotal: amountSchema.optional(),
  /** The voucher held, whose signature reminds a tenant that forgot what it signed. */
  held: z.strictObject({ total: amountSchema, signature: hexSchema }).optional(),
  /** Until when the lease is paid, unix seconds; 0 before it begins. */
  paidUntil: z.int().nonnegative(),
})
export type VoucherState = z.output<typeof voucherStateSchema>

/** What a tenant set aside for vouchers to one provider. Amounts are token base units. */
export const voucherChannelSchema = z.strictObject({
  provider: addressSchema,
  /** Not redeemed yet. */
  collateral: amountSchema,
  /** Redeemed since the channel began. */
  redeemed: amountSchema,
  /** Unix seconds from which the collateral may be taken back; 0 while it was not asked for. */
  unlockAt: z.int().nonnegative(),
})
export type VoucherChannel = z.output<typeof voucherChannelSchema>

export const voucherChannelsSchema = z.strictObject({ channels: z.array(voucherChannelSchema) })

/**
 * Whether an agreement is paid by vouchers: it costs something and sets nothing aside. The escrow refuses to open such a
 * one, so that no lease is paid both ways.
 */
export function isPaidByVouchers({
  ratePerHour,
  deposit,
}: Pick<Agreement, 'ratePerHour' | 'deposit'>): boolean {
  return deposit === 0n && ratePerHour > 0n
}

/** A lease as its tenant counts it, milliseconds of the tenant's own clock. */
export interface CountedLease {
  ratePerHour: bigint
  intervalSeconds: number
  /** When its first voucher was signed. */
  sinceMs: number
  /** Absent while it runs. */
  untilMs?: number | undefined
}

/** Seconds that clocks and a slow way may add to what a provider asks for. */
export const payAheadSlackSeconds = 2

/**
 * The most that a tenant signs: what it owed before, what each lease has served by its own clock, and one interval ahead for
 * each that runs. So a provider that takes the money and leaves has no more than an interval of it.
 */
export function mostToSign(owedBefore: bigint, leases: Iterable<CountedLease>, nowMs: number): bigint {
  let total = owedBefore
  for (const { ratePerHour, intervalSeconds, sinceMs, untilMs } of leases) {
    const servedSeconds = Math.ceil(Math.max(0, (untilMs ?? nowMs) - sinceMs) / 1000)
    const aheadSeconds = untilMs === undefined ? intervalSeconds + payAheadSlackSeconds : 0
    total += depositFor(ratePerHour, servedSeconds + aheadSeconds)
  }
  return total
}
