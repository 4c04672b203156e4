import type { Exclusion } from '../bid/bid.ts'

export interface ScreenContext {
  /** Milliseconds since 1970. */
  nowMs: number
  /** Round trip to the provider in milliseconds, as the one who screens measures it; undefined when unknown. */
  latencyMs?: number | undefined
  /** Addresses that vouch for this provider's attributes. */
  auditedBy?: readonly string[] | undefined
}

/** The first thing that stands in the way, and a sentence on it: what was asked, what there is. */
export type Obstacle = Omit<Exclusion, 'provider'>
