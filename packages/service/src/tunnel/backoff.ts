const firstMs = 250
const longestMs = 30_000

/**
 * How long to wait before the given attempt at reconnecting, in milliseconds: doubling from 250 ms to 30 s, of which a
 * random half is taken, so that a restarted indexer is not met by every provider at once.
 *
 * @param attempt 0 for the first retry.
 * @param random in [0, 1).
 */
export function backoffMs(attempt: number, random: number): number {
  const whole = Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 30))
  return Math.round(whole / 2 + (whole / 2) * random)
}
