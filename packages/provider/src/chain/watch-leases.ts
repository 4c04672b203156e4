import type { Hex } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { Sleep } from '../lease/patience.ts'
import type { LeaseChain } from './lease-chain.ts'

/**
 * Tells of leases to which something happened on chain, as a hint to look: every runner asks the chain itself before it acts,
 * and asks for nothing while nothing happens. A chain that does not answer is asked again. Settles when the signal aborts.
 */
export async function watchLeases(parts: {
  chain: Pick<LeaseChain, 'blockNumber' | 'touchedBetween'>
  /** The last block whose events count as seen. */
  since: bigint
  everyMs: number
  sleep: Sleep
  signal: AbortSignal
  log: Log
  onTouched: (leaseId: Hex) => void
  /** Blocks that were seen are gone: whatever was heard may be otherwise. */
  onRewound: () => void
}): Promise<void> {
  const { chain, since, everyMs, sleep, signal, log, onTouched, onRewound } = parts
  let seen = since
  let silent = false
  while (!signal.aborted) {
    try {
      const head = await chain.blockNumber()
      if (head > seen) for (const leaseId of await chain.touchedBetween(seen + 1n, head)) onTouched(leaseId)
      // A reorganisation, or a chain begun anew: what comes after it is new again.
      if (head < seen) onRewound()
      seen = head
      if (silent) log.info('the chain answers again')
      silent = false
    } catch (err) {
      if (!silent) log.warn({ err }, 'the chain does not answer; leases run on')
      silent = true
    }
    await sleep(everyMs, signal).catch(() => undefined)
  }
}
