import { createTestClient, http } from 'viem'
import type { Sleep } from '../lease/patience.ts'

/** The real clock, but hours can be skipped: who sleeps through them wakes at once. */
export interface SkippingClock {
  /** Milliseconds since 1970. */
  now(): number
  sleep: Sleep
  skip(ms: number): void
}

export function createSkippingClock(): SkippingClock {
  let skippedMs = 0
  const sleepers = new Set<() => void>()
  const now = () => Date.now() + skippedMs
  return {
    now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const wakesAtMs = now() + ms
        let timer: NodeJS.Timeout
        const finish = () => {
          clearTimeout(timer)
          sleepers.delete(look)
          signal?.removeEventListener('abort', look)
        }
        const look = () => {
          if (signal?.aborted === true) reject(signal.reason)
          else if (now() >= wakesAtMs) resolve()
          else {
            clearTimeout(timer)
            timer = setTimeout(look, Math.min(wakesAtMs - now(), 2 ** 31 - 1))
            return
          }
          finish()
        }
        sleepers.add(look)
        signal?.addEventListener('abort', look)
        look()
      }),
    skip(ms) {
      skippedMs += ms
      for (const look of [...sleepers]) look()
    },
  }
}

/** Lets time pass for chain and clock: for the chain first, so that nobody's clock is ahead of it by more than that takes. */
export async function skipTime(clock: SkippingClock, rpcUrl: string, seconds: number): Promise<void> {
  const chain = createTestClient({ mode: 'anvil', transport: http(rpcUrl) })
  await chain.increaseTime({ seconds })
  await chain.mine({ blocks: 1 })
  clock.skip(seconds * 1000)
}
