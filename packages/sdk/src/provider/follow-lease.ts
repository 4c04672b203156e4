import { type Hex, isEnded, isSubletError, type LeaseStatus } from '@sublet/protocol'
import type { ProviderClient } from './create-provider-client.ts'

export interface FollowOptions {
  provider: ProviderClient
  leaseId: Hex
  signal?: AbortSignal | undefined
  /** Milliseconds since 1970. */
  now: () => number
  /** Resolves after so many milliseconds, or rejects when the signal aborts. */
  wait: (ms: number, signal?: AbortSignal) => Promise<void>
  /** Milliseconds without a word after which the provider is given up; for ever by default. */
  maxSilenceMs?: number | undefined
  /** Told when the provider falls silent, and when it speaks again. */
  onReachable?: ((reachable: boolean) => void) | undefined
}

const firstPauseMs = 100
const longestPauseMs = 5000

/**
 * Follows a lease to its end through cut connections: yields the status now and at every change. Throws
 * `provider.unreachable` after `maxSilenceMs`, and at once what the provider refuses with, such as
 * `lease.not-found`.
 */
export async function* followLease(options: FollowOptions): AsyncGenerator<LeaseStatus> {
  const {
    provider,
    leaseId,
    signal,
    now,
    wait,
    maxSilenceMs = Number.POSITIVE_INFINITY,
    onReachable,
  } = options
  let pauseMs = firstPauseMs
  let silentSinceMs = now()
  let lastSeen = ''
  let reachable = true
  const hear = (heard: boolean) => {
    if (heard !== reachable) onReachable?.(heard)
    reachable = heard
  }
  while (true) {
    try {
      for await (const status of provider.events(leaseId, { signal })) {
        hear(true)
        pauseMs = firstPauseMs
        const seen = JSON.stringify(status, (_key, value) => (typeof value === 'bigint' ? `${value}` : value))
        if (seen !== lastSeen) yield status
        lastSeen = seen
        if (isEnded(status.phase)) return
        signal?.throwIfAborted()
        // While the stream is open the provider is not silent, however long nothing changes.
        silentSinceMs = Number.POSITIVE_INFINITY
      }
      if (silentSinceMs === Number.POSITIVE_INFINITY) silentSinceMs = now()
    } catch (error) {
      if (signal?.aborted) throw error
      if (silentSinceMs === Number.POSITIVE_INFINITY) silentSinceMs = now()
      if (!isPassing(error) || now() - silentSinceMs >= maxSilenceMs) throw error
      hear(false)
    }
    await wait(pauseMs, signal)
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  }
}

/** Errors that say nothing about the lease, only about the way to it. */
export function isPassing(error: unknown): boolean {
  return (
    isSubletError(error) &&
    ['provider.unreachable', 'indexer.unreachable', 'limit.exceeded', 'store.unreachable'].includes(
      error.code,
    )
  )
}
