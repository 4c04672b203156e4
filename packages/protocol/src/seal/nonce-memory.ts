/**
 * Remembers nonces until they expire: what `openSealedRequest` takes as `acceptNonce`. `now` gives milliseconds since 1970. Memory is
 * bounded by the requests of two minutes.
 */
export function createNonceMemory(now: () => number): (nonce: string, expiresAtMs: number) => boolean {
  const expiries = new Map<string, number>()
  let sweepAtMs = 0
  return (nonce, expiresAtMs) => {
    const nowMs = now()
    if (nowMs >= sweepAtMs) {
      for (const [known, expiry] of expiries) if (expiry < nowMs) expiries.delete(known)
      sweepAtMs = nowMs + 60_000
    }
    if (expiries.has(nonce)) return false
    expiries.set(nonce, expiresAtMs)
    return true
  }
}
