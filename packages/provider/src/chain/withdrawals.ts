import { accrued } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { Journal } from '../journal/journal.ts'
import { creditDowntime } from '../lease/credit-downtime.ts'
import type { LeaseRunner } from '../lease/lease-runner.ts'
import { leaseMoney, moneyEndsAt } from '../lease/settle-lease.ts'
import { bondOf } from './break-bond.ts'
import type { LeaseChain } from './lease-chain.ts'
import { type DrawingTerms, isWorthDrawing } from './worth-drawing.ts'

/** Gas of a lease's first draw as the contracts' snapshots have it; later ones take less. */
const drawGasUnits = 75_000n

/**
 * Draws what leases have earned, each where that is worth a transaction; with no terms, whatever there is. Own downtime is
 * credited first, since what was drawn can't be taken back. Answers how many it drew.
 */
export async function withdrawEarnings(parts: {
  chain: Pick<LeaseChain, 'nowSeconds' | 'gasPriceWei' | 'lease' | 'withdrawLease' | 'credit'>
  journal: Pick<Journal, 'lastDone'>
  runners: readonly LeaseRunner[]
  terms: DrawingTerms | undefined
  log: Log
}): Promise<number> {
  const { chain, journal, runners, terms, log } = parts
  let drawn = 0
  const [nowSeconds, gasPriceWei] = await Promise.all([chain.nowSeconds(), chain.gasPriceWei()])
  for (const runner of runners) {
    const { leaseId, agreement, status } = runner.record
    if (status.phase !== 'active') continue
    const state = await chain.lease(leaseId)
    if (state.status !== 'open') continue
    const downtimeSeconds = runner.downtimeSeconds()
    const earned = accrued(
      leaseMoney({ agreement, chain: state }),
      nowSeconds - Math.max(state.creditSeconds, downtimeSeconds),
    )
    const bond = bondOf({
      ...state,
      ratePerHour: agreement.ratePerHour,
      endsAt: moneyEndsAt({ agreement, chain: state }),
      nowSeconds,
    })
    const lastMs = await journal.lastDone('withdraw', leaseId)
    const sinceSeconds = lastMs === undefined ? state.openedAt : Math.floor(lastMs / 1000)
    const facts = {
      undrawn: earned - bond - state.drawn,
      secondsSinceDrawn: nowSeconds - sinceSeconds,
      gasUnits: drawGasUnits,
      gasPriceWei,
    }
    if (terms === undefined ? facts.undrawn < 1n : !isWorthDrawing(facts, terms)) continue
    try {
      const credited = await creditDowntime({
        chain,
        agreement,
        state,
        usage: { downtimeSeconds, isDown: false, isLast: true },
        crediting: { leastSeconds: 1, everySeconds: 1 },
        log,
      })
      // Not to be drawn before it is off.
      if (credited !== 'credited' && downtimeSeconds > state.creditSeconds) continue
      await chain.withdrawLease(agreement)
      drawn += 1
    } catch (err) {
      log.warn({ err, leaseId }, 'earnings could not be drawn')
    }
  }
  return drawn
}
