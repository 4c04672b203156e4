import type { ClientHttp2Stream } from 'node:http2'

/**
 * Node 20's HTTP/2 server ends the whole session at the 1001st reset stream beyond 33 a second (CVE-2023-44487), and has
 * no setting for it. Somebody who opens and abandons requests at a relay could cut a provider off from everybody, so the
 * client's end stays below: 800 at once, 30 a second after.
 */
const burst = 800
const perSecond = 30

/** How many resets may be sent. Pure but for its own count. */
export function createResetBudget(nowMs: number): { take(nowMs: number): boolean } {
  let tokens = burst
  let countedMs = nowMs
  return {
    take: (now) => {
      tokens = Math.min(burst, tokens + ((now - countedMs) * perSecond) / 1000)
      countedMs = now
      if (tokens < 1) return false
      tokens--
      return true
    },
  }
}

/**
 * Makes streams wait their turn when they are abandoned before their end. Meanwhile they are closed for their user, and
 * their flow-control window bounds what the peer can still send.
 */
export function createResetQueue(now: () => number = () => performance.now()): {
  guard(stream: ClientHttp2Stream): void
  release(): void
} {
  const budget = createResetBudget(now())
  const waiting: (() => void)[] = []
  let timer: NodeJS.Timeout | undefined

  const drain = () => {
    timer = undefined
    while (waiting.length > 0 && budget.take(now())) waiting.shift()?.()
    if (waiting.length > 0) timer = setTimeout(drain, 1000 / perSecond).unref()
  }
  return {
    guard: (stream) => {
      const destroy = stream._destroy.bind(stream)
      // `_destroy` is where a Node stream lets go of what it holds; here that is what sends the reset.
      stream._destroy = (error, done) => {
        if (
          stream.closed ||
          stream.session?.destroyed !== false ||
          (waiting.length === 0 && budget.take(now()))
        ) {
          destroy(error, done)
          return
        }
        waiting.push(() => destroy(error, done))
        timer ??= setTimeout(drain, 1000 / perSecond).unref()
      }
    },
    /** When the session is gone, resets cost nothing. */
    release: () => {
      clearTimeout(timer)
      for (const reset of waiting.splice(0)) reset()
    },
  }
}
