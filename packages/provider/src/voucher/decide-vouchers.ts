import { depositFor, secondsPerHour } from '@sublet/protocol'

/** A tenant's channel with this provider, as the escrow has it. Amounts are token base units. */
export interface ChannelView {
  collateral: bigint
  redeemed: bigint
  /** Unix seconds from which the tenant may take the collateral back; 0 while it has not asked. */
  unlockAt: number
}

/** What a channel's last voucher is worth: as far as the collateral goes, counted from the channel's beginning. */
export function worthOf(heldTotal: bigint, { collateral, redeemed }: ChannelView): bigint {
  const ceiling = redeemed + collateral
  return heldTotal < ceiling ? heldTotal : ceiling
}

export interface VoucherFacts {
  ratePerHour: bigint
  intervalSeconds: number
  /** Seconds; 0 means no limit but the money. */
  maxDuration: number
  /** Unix seconds; undefined before the lease begins. */
  openedAt: number | undefined
  /** Seconds of own downtime, which nobody pays. */
  creditSeconds: number
  /** What has been paid for this lease so far. */
  granted: bigint
  /** What has been paid for all leases of the channel, this one included. */
  billed: bigint
  heldTotal: bigint
  channel: ChannelView
  /** Unix seconds. */
  now: number
}

export type VoucherStep =
  /** Paid far enough ahead. */
  | { kind: 'none' }
  /** The voucher held pays for more than was billed. */
  | { kind: 'grant'; amount: bigint }
  | { kind: 'ask'; total: bigint }
  /** What is signed now may be gone before it can be redeemed. */
  | { kind: 'refuse' }

/** So long before the collateral may leave, nothing more is served on it: time for the last redemption. */
export const unlockMarginSeconds = 3_600

/** What to do about the payment of one lease: it is asked for once less than half an interval is paid ahead. */
export function nextVoucherStep(facts: VoucherFacts): VoucherStep {
  const { ratePerHour, intervalSeconds, maxDuration, granted, billed, heldTotal, channel, now } = facts
  const served = servedSeconds(facts)
  const paidSeconds = Number((granted * secondsPerHour) / ratePerHour)
  if (facts.openedAt !== undefined && (paidSeconds - served) * 2 > intervalSeconds) return { kind: 'none' }
  const goalSeconds = served + intervalSeconds
  const wanted = depositFor(ratePerHour, maxDuration === 0 ? goalSeconds : Math.min(goalSeconds, maxDuration))
  const amount = wanted - granted
  if (amount <= 0n) return { kind: 'none' }
  if (channel.unlockAt !== 0 && now + intervalSeconds + unlockMarginSeconds > channel.unlockAt) {
    return { kind: 'refuse' }
  }
  return worthOf(heldTotal, channel) - billed >= amount
    ? { kind: 'grant', amount }
    : { kind: 'ask', total: billed + amount }
}

function servedSeconds({ openedAt, creditSeconds, now }: VoucherFacts): number {
  return openedAt === undefined ? 0 : Math.max(0, now - openedAt - creditSeconds)
}

/** Why a lease's money ended, as a sentence for its tenant. */
export function whyUnpaid(
  step: VoucherStep,
  { heldTotal, channel }: Pick<VoucherFacts, 'heldTotal' | 'channel'>,
) {
  if (step.kind === 'refuse') return 'The tenant takes back the collateral that its vouchers are paid from.'
  const { collateral, redeemed } = channel
  return step.kind === 'ask' && (step.total > redeemed + collateral || heldTotal > redeemed + collateral)
    ? 'The collateral of the voucher channel is used up.'
    : 'No voucher came for the next interval.'
}
