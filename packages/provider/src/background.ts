import { setMaxListeners } from 'node:events'
import type { Log } from '@sublet/service'
import type { Sleep } from './lease/patience.ts'

/** Work that goes on beside the leases until the provider stops. */
export interface Background {
  /** Does it again and again, `ms` after the last time ended. What fails is said, and tried again the next time. */
  every(ms: number, what: string, work: () => Promise<unknown>): void
  /** Does it once. */
  once(what: string, work: Promise<unknown>): void
  /** Resolves when all of it has ended, which it does after the signal. */
  finished(): Promise<void>
}

export function createBackground(parts: { signal: AbortSignal; sleep: Sleep; log: Log }): Background {
  const { signal, sleep, log } = parts
  const running: Promise<unknown>[] = []
  // Everything here waits for it, and for Node more than ten who wait look like a leak.
  setMaxListeners(0, signal)
  const said = (what: string, work: Promise<unknown>) =>
    work.catch((err: unknown) => log.warn({ err }, `${what} did not succeed`))

  async function repeat(ms: number, what: string, work: () => Promise<unknown>): Promise<void> {
    while (!signal.aborted) {
      await sleep(ms, signal).catch(() => undefined)
      if (!signal.aborted) await said(what, work())
    }
  }

  return {
    every(ms, what, work) {
      running.push(repeat(ms, what, work))
    },
    once(what, work) {
      running.push(said(what, work))
    },
    async finished() {
      await Promise.allSettled(running)
    },
  }
}
