/**
 * What a replica does for its tenant: `starting` until it is ready, `serving` while it is, `unready` while its own check
 * fails, `down` while it does not run though it should.
 */
export type UsageState = 'starting' | 'serving' | 'unready' | 'down'

/** Through whom a replica does not serve: what the workload does to itself is not the provider's. */
export type Fault = 'provider' | 'workload'

/** One replica in one state, from then until then. A replica that has ended for good has no span. */
export interface UsageSpan {
  service: string
  replica: number
  state: UsageState
  fault?: Fault
  /** Milliseconds since 1970. */
  startedAtMs: number
  /** Absent while it lasts. */
  endedAtMs?: number
}

/** Milliseconds by state for each service, over all of its replicas, within a window. */
export function timeByState(
  spans: readonly UsageSpan[],
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
): Record<string, Partial<Record<UsageState, number>>> {
  const services: Record<string, Partial<Record<UsageState, number>>> = {}
  for (const { service, state, startedAtMs, endedAtMs = untilMs } of spans) {
    const ms = Math.min(endedAtMs, untilMs) - Math.max(startedAtMs, fromMs)
    if (ms <= 0) continue
    const states = services[service] ?? {}
    services[service] = { ...states, [state]: (states[state] ?? 0) + ms }
  }
  return services
}
