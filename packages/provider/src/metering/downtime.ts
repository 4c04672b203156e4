import type { UsageSpan } from './usage-span.ts'

export interface DowntimeFacts {
  services: readonly { name: string; replicas: number }[]
  spans: readonly UsageSpan[]
  /** When the lease was opened and until when it counts, milliseconds since 1970. */
  fromMs: number
  untilMs: number
}

/** Whether a span is time that the tenant should have been served and, through the provider, was not. */
export function isOwnDowntime({ state, fault }: UsageSpan): boolean {
  return state !== 'serving' && fault === 'provider'
}

/**
 * Milliseconds that were not served through the provider's own fault, rounded up. A lease serves as well as the service
 * that serves least: with one of four replicas down, a quarter of the time counts; with a whole service down, all of it.
 */
export function downtimeOf({ services, spans, fromMs, untilMs }: DowntimeFacts): number {
  const replicasOf = new Map(services.map(({ name, replicas }) => [name, replicas]))
  const edges: { atMs: number; service: string; change: 1 | -1 }[] = []
  for (const span of spans) {
    if (!isOwnDowntime(span) || !replicasOf.has(span.service)) continue
    const startMs = Math.max(span.startedAtMs, fromMs)
    const endMs = Math.min(span.endedAtMs ?? untilMs, untilMs)
    if (endMs <= startMs) continue
    edges.push({ atMs: startMs, service: span.service, change: 1 })
    edges.push({ atMs: endMs, service: span.service, change: -1 })
  }
  edges.sort((a, b) => a.atMs - b.atMs)

  const down = new Map<string, number>()
  /** Milliseconds times replicas down, by the number of replicas: whole numbers until the end. */
  const weighed = new Map<number, number>()
  let sinceMs = fromMs
  for (const { atMs, service, change } of edges) {
    const worst = worstOf(down, replicasOf)
    if (worst.down > 0) {
      weighed.set(worst.replicas, (weighed.get(worst.replicas) ?? 0) + (atMs - sinceMs) * worst.down)
    }
    sinceMs = atMs
    down.set(service, (down.get(service) ?? 0) + change)
  }
  let totalMs = 0
  for (const [replicas, sum] of weighed) totalMs += Math.ceil(sum / replicas)
  return Math.min(totalMs, Math.max(0, untilMs - fromMs))
}

/**
 * Milliseconds since the last replica ended for good: nothing was served any more, through whomever, though nobody had
 * noticed it yet, as when the provider or its engine was away. 0 while anything may still be served.
 */
export function sinceAllEnded({ spans, fromMs, untilMs }: Omit<DowntimeFacts, 'services'>): number {
  let lastMs = fromMs
  for (const { endedAtMs } of spans) {
    if (endedAtMs === undefined) return 0
    lastMs = Math.max(lastMs, endedAtMs)
  }
  return spans.length === 0 ? 0 : Math.max(0, untilMs - lastMs)
}

function worstOf(
  down: ReadonlyMap<string, number>,
  replicasOf: ReadonlyMap<string, number>,
): { down: number; replicas: number } {
  let worst = { down: 0, replicas: 1 }
  for (const [service, count] of down) {
    const replicas = replicasOf.get(service) ?? 1
    const capped = Math.min(count, replicas)
    if (capped * worst.replicas > worst.down * replicas) worst = { down: capped, replicas }
  }
  return worst
}
