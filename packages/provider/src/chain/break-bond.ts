import { secondsPerHour } from '@sublet/protocol'

/**
 * What stays in a lease until it ends, token base units: the price of the notice that the provider would not have kept if it left
 * now. The escrow draws nothing of it.
 */
export function bondOf(facts: {
  ratePerHour: bigint
  noticeSeconds: number
  /** Unix seconds; 0 while the provider gave no notice. */
  noticeEndsAt: number
  /** When the money ends, unix seconds. */
  endsAt: number
  nowSeconds: number
}): bigint {
  const { ratePerHour, noticeSeconds, noticeEndsAt, endsAt, nowSeconds } = facts
  const owed = noticeEndsAt === 0 ? noticeSeconds : noticeEndsAt - nowSeconds
  const missing = Math.max(0, Math.min(owed, endsAt - nowSeconds))
  return (ratePerHour * BigInt(missing)) / secondsPerHour
}
