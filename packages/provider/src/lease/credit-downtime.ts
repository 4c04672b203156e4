import type { Agreement } from '@sublet/protocol'
import type { ChainLease } from '@sublet/sdk'
import type { Log } from '@sublet/service'
import type { LeaseChain } from '../chain/lease-chain.ts'
import { creditDue } from '../metering/credit-due.ts'

/** What became of a credit: what is `owed` is to be tried again. */
export type Crediting = 'credited' | 'not-due' | 'owed'

/** Takes the provider's own downtime off what an open lease pays, where it is due. */
export async function creditDowntime(parts: {
  chain: Pick<LeaseChain, 'credit' | 'nowSeconds'>
  agreement: Agreement
  state: Pick<ChainLease, 'openedAt' | 'creditSeconds'>
  usage: { downtimeSeconds: number; isDown: boolean; isLast: boolean }
  crediting: { leastSeconds: number; everySeconds: number }
  log: Log
}): Promise<Crediting> {
  const { chain, agreement, state, usage, crediting, log } = parts
  if (usage.downtimeSeconds <= state.creditSeconds) return 'not-due'
  try {
    const total = creditDue({
      ...usage,
      ...crediting,
      standingSeconds: state.creditSeconds,
      elapsedSeconds: (await chain.nowSeconds()) - state.openedAt,
    })
    if (total === undefined) return 'not-due'
    await chain.credit(agreement, total)
    log.info({ creditSeconds: total }, 'own downtime credited')
    return 'credited'
  } catch (err) {
    log.warn({ err }, 'own downtime could not be credited yet')
    return 'owed'
  }
}
