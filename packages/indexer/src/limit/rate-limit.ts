export interface RateLimit {
  /** Whether this caller may go on now; counts when so. */
  take(caller: string, nowMs: number): boolean
}

/** Callers remembered at most; the ones that have rested longest are forgotten first, which only gives them their burst. */
const mostCallers = 100_000

/** A token bucket for each caller: `perSecond` on and on, `burst` at once. */
export function createRateLimit({ perSecond, burst }: { perSecond: number; burst: number }): RateLimit {
  const buckets = new Map<string, { tokens: number; countedMs: number }>()
  return {
    take(caller, nowMs) {
      const bucket = buckets.get(caller) ?? { tokens: burst, countedMs: nowMs }
      const tokens = Math.min(
        burst,
        bucket.tokens + (Math.max(0, nowMs - bucket.countedMs) * perSecond) / 1000,
      )
      const taken = tokens >= 1
      // Set anew at the end, so that the map's first entry is the one not seen for longest.
      buckets.delete(caller)
      buckets.set(caller, { tokens: taken ? tokens - 1 : tokens, countedMs: nowMs })
      if (buckets.size > mostCallers) {
        const [oldest] = buckets.keys()
        if (oldest !== undefined) buckets.delete(oldest)
      }
      return taken
    },
  }
}
