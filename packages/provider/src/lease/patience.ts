import { isSubletError } from '@sublet/protocol'

/** Settles after so many milliseconds; rejects with the signal's reason when that aborts before. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>

/** Errors that say nothing about the lease, only that something can't be asked just now. */
export function isBlindness(error: unknown): boolean {
  return (
    isSubletError(error, 'runtime.unavailable') ||
    isSubletError(error, 'chain.unreachable') ||
    isSubletError(error, 'store.unreachable')
  )
}

export interface PatienceOptions {
  sleep: Sleep
  signal: AbortSignal
  /** Told once when the waiting begins. */
  onWait?: (error: unknown) => void
}

const firstPauseMs = 100
const longestPauseMs = 5_000

/**
 * Calls again, with growing pauses, for as long as the answer is that the engine, the chain or the store can't be
 * reached: nothing is concluded from the provider's own blindness. Any other error is thrown.
 */
export async function patiently<T>(
  { sleep, signal, onWait }: PatienceOptions,
  call: () => Promise<T>,
): Promise<T> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    signal.throwIfAborted()
    try {
      return await call()
    } catch (error) {
      if (!isBlindness(error)) throw error
      if (pauseMs === firstPauseMs) onWait?.(error)
      await sleep(pauseMs, signal)
    }
  }
}

/**
 * What comes within so many milliseconds; undefined when nothing does. Nothing of the waiting outlives it: a timer that is
 * left over keeps a whole process from ending. Rejects with the signal's reason when that aborts.
 */
export async function inTime<T>(
  { sleep, signal }: { sleep: Sleep; signal?: AbortSignal | undefined },
  word: Promise<T>,
  ms: number,
): Promise<T | undefined> {
  const heardFirst = new AbortController()
  const either = signal === undefined ? heardFirst.signal : AbortSignal.any([signal, heardFirst.signal])
  try {
    const late = sleep(ms, either).then(
      () => undefined,
      () => undefined,
    )
    const heard = await Promise.race([word, late])
    signal?.throwIfAborted()
    return heard
  } finally {
    heardFirst.abort()
  }
}
