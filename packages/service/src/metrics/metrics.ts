import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface MetricOptions<Label extends string> {
  /** Without the `sublet_` that every name gets; ends in its unit, such as `_seconds`, `_bytes` or `_total`. */
  name: string
  help: string
  labels?: readonly Label[]
}

/** One daemon's Prometheus metrics. */
export interface Metrics {
  registry: Registry
  counter<Label extends string = never>(options: MetricOptions<Label>): Counter<Label>
  gauge<Label extends string = never>(options: MetricOptions<Label>): Gauge<Label>
  /** Buckets are `durationBucketsSeconds` unless given. */
  histogram<Label extends string = never>(
    options: MetricOptions<Label> & { buckets?: readonly number[] },
  ): Histogram<Label>
}

/** From a cached answer to a slow pull, in seconds. */
export const durationBucketsSeconds: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
]

/**
 * A registry of its own for each daemon, so that several live in one process. `processMetrics` adds memory, CPU and
 * event loop figures (true by default).
 */
export function createMetrics({
  name,
  processMetrics = true,
}: {
  name: string
  processMetrics?: boolean
}): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ daemon: name })
  if (processMetrics) collectDefaultMetrics({ register: registry })
  const common = <Label extends string>(options: MetricOptions<Label>) => ({
    name: `sublet_${options.name}`,
    help: options.help,
    labelNames: options.labels ?? [],
    registers: [registry],
  })
  return {
    registry,
    counter: (options) => new Counter(common(options)),
    gauge: (options) => new Gauge(common(options)),
    histogram: ({ buckets = durationBucketsSeconds, ...options }) =>
      new Histogram({ ...common(options), buckets: [...buckets] }),
  }
}
