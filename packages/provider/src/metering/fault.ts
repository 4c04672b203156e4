import type { Fault } from './usage-span.ts'

/** What a process that was ended from outside leaves behind: SIGKILL's 137 and SIGTERM's 143. */
const endedFromOutside = new Set([137, 143])

/**
 * Through whom a replica ended. A workload that exits by itself or takes more memory than it has rented does it to itself;
 * one that was killed, taken away, or ended while nobody watched did not. Where the runtime cannot tell a kill from a process that says it was
 * killed, the tenant is believed.
 */
export function faultOf(end: {
  exitCode: number
  outOfMemory: boolean
  /** Somebody outside ended it; absent where the runtime cannot tell. */
  killed?: boolean | undefined
  /** The provider stopped it because the workload's own check or plan said so. */
  asked: boolean
  /** The engine or the provider was away meanwhile. */
  unwatched: boolean
}): Fault {
  if (end.asked || end.outOfMemory) return 'workload'
  const killed = end.killed ?? endedFromOutside.has(end.exitCode)
  return end.unwatched || killed ? 'provider' : 'workload'
}
