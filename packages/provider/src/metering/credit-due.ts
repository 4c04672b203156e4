export interface CreditFacts {
  /** All of the lease's own downtime so far, whole seconds. */
  downtimeSeconds: number
  /** What the chain has taken off already. */
  standingSeconds: number
  /** Seconds since the opening by the chain's clock: no more can be taken off. */
  elapsedSeconds: number
  /** It is down at this moment. */
  isDown: boolean
  /** The lease is being closed, or its earnings are about to be drawn: nothing may be left open. */
  isLast: boolean
  /** Less than this waits for more, or for the end, when a signed settlement carries it free of gas. */
  leastSeconds: number
  /** While an outage lasts, it is credited in steps of so many seconds. */
  everySeconds: number
}

/** The total of seconds to credit on chain now; undefined when nothing is due yet. */
export function creditDue(facts: CreditFacts): number | undefined {
  const { downtimeSeconds, standingSeconds, elapsedSeconds, isDown, isLast, leastSeconds, everySeconds } =
    facts
  const total = Math.min(downtimeSeconds, elapsedSeconds)
  const due = total - standingSeconds
  if (due < 1) return undefined
  const least = isLast ? 1 : isDown ? Math.max(leastSeconds, everySeconds) : leastSeconds
  return due >= least ? total : undefined
}
