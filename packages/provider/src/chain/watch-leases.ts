import type { Log } from '@sublet/service'
import type { Sleep } from '../lease/patience.ts'
import type { ChainEvent, LeaseChain } from './lease-chain.ts'

/**
 * Tells of leases that were closed or topped up, as a hint to look: every runner asks the chain itself before it acts.
 * A chain that does not answer is asked again. Settles when the signal aborts.
 */
export async function watchLeases(parts: {
  chain: Pick<LeaseChain, 'blockNumber' | 'eventsBetween'>
  everyMs: number
  sleep: Sleep
  signal: AbortSignal
  log: Log
  onEvent: (event: ChainEvent) => void
}): Promise<void> {
  const { chain, everyMs, sleep, signal, log, onEvent } = parts
  let seen: bigint | undefined
  let silent = false
  while (!signal.aborted) {
    try {
      const head = await chain.blockNumber()
      if (seen !== undefined && head > seen) {
        for (const event of await chain.eventsBetween(seen + 1n, head)) onEvent(event)
      }
      // A head that went back is a reorganisation, or a chain begun anew: what comes after it is new again.
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
