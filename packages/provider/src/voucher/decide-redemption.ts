import { type DrawingTerms, gasCost } from '../chain/worth-drawing.ts'
import { type ChannelView, unlockMarginSeconds, worthOf } from './decide-vouchers.ts'

/** A channel with a voucher that says more than was redeemed. */
export interface RedeemableChannel {
  heldTotal: bigint
  channel: ChannelView
  /** When its vouchers first said more than was redeemed, unix seconds. */
  waitingSince: number
}

/** Gas of a batch: what it takes by itself, and for each voucher in it, as the contracts' snapshots have them. */
const batchGasUnits = 60_000n
const voucherGasUnits = 14_000n
/** Vouchers in one transaction; far below what a block takes. */
export const mostInBatch = 50

/**
 * Which channels to redeem now, in one transaction. One whose collateral is about to leave, or that has waited long
 * enough, goes whatever it costs, and takes along every other that is worth its own part of the gas; without such a one
 * the whole batch must be worth it. With no terms, whatever there is.
 */
export function chooseRedemptions<C extends RedeemableChannel>(
  channels: readonly C[],
  now: number,
  gasPriceWei: bigint,
  terms: DrawingTerms | undefined,
): C[] {
  const owed = (one: C) => worthOf(one.heldTotal, one.channel) - one.channel.redeemed
  const owing = channels.filter((one) => owed(one) > 0n)
  if (terms === undefined) return owing.slice(0, mostInBatch)
  const isUrgent = ({ channel, waitingSince }: C) =>
    channel.unlockAt !== 0 || now - waitingSince >= terms.atLatestSeconds - unlockMarginSeconds
  const worth = (amount: bigint, gasUnits: bigint) =>
    gasCost(gasUnits, gasPriceWei, terms.tokenPerCoin) * 10_000n <= amount * BigInt(terms.mostCostBps)
  const urgent = owing.filter(isUrgent)
  const others = owing
    .filter((one) => !isUrgent(one) && worth(owed(one), voucherGasUnits))
    .sort((a, b) => (owed(a) < owed(b) ? 1 : -1))
  const batch = [...urgent, ...others].slice(0, mostInBatch)
  if (urgent.length > 0) return batch
  const total = batch.reduce((sum, one) => sum + owed(one), 0n)
  const isWorthIt =
    total >= terms.least && worth(total, batchGasUnits + voucherGasUnits * BigInt(batch.length))
  return isWorthIt ? batch : []
}
