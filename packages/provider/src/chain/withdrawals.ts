import { accrued } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { LeaseRecord } from '../lease/lease-record.ts'
import { leaseMoney } from '../lease/settle-lease.ts'
import type { LeaseChain } from './lease-chain.ts'

/** Draws what leases have earned, each where that is worth a transaction. Answers how many it drew. */
export async function withdrawEarnings(parts: {
  chain: LeaseChain
  records: readonly LeaseRecord[]
  /** Token base units. */
  least: bigint
  log: Log
}): Promise<number> {
  const { chain, records, least, log } = parts
  let drawn = 0
  const now = await chain.nowSeconds()
  for (const { leaseId, agreement, status } of records) {
    if (status.phase !== 'active') continue
    const state = await chain.lease(leaseId)
    if (state.status !== 'open') continue
    const earned = accrued(leaseMoney({ agreement, chain: state }), now - state.creditSeconds)
    if (earned - state.drawn < least) continue
    try {
      await chain.withdrawLease(agreement)
      drawn += 1
    } catch (err) {
      log.warn({ err, leaseId }, 'earnings could not be drawn')
    }
  }
  return drawn
}
