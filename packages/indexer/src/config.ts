import { z } from 'zod'

/** Everything that can be set. Flags, environment (`SUBLET_…`) and file all go through it. */
export const indexerConfigSchema = z.object({
  /** Where the API and the workloads' names are served. Loopback unless said otherwise. */
  host: z.string().default('127.0.0.1'),
  /** 0 takes any free port. */
  port: z.int().min(0).max(65535).default(8081),
  /** Where providers dial in. */
  tunnelHost: z.string().default('127.0.0.1'),
  /** 0 takes any free port. */
  tunnelPort: z.int().min(0).max(65535).default(8082),
  /** What providers and tenants are told to reach; the listening host where absent. */
  publicHost: z.string().optional(),
  /** Workloads are reached at LABEL.DOMAIN. Names under `localhost` lead to this machine without any DNS. */
  ingressDomain: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/)
    .default('localhost'),
  /** The port that the workloads' addresses name, where a proxy in front has another; the API's own where absent. */
  ingressPort: z.int().min(1).max(65535).optional(),
  /**
   * Whether providers may claim host names of their tenants' own: whoever claims one first has it while it stays. By default
   * only on one machine, under `localhost`.
   */
  customHosts: z.boolean().optional(),
  /** What this indexer takes of a lease's income, in hundredths of a percent. */
  feeBps: z.int().min(0).max(1000).default(100),
  /** How many candidates are asked for a bid, best first. */
  bidders: z.int().min(1).max(64).default(8),
  /** Milliseconds that a provider has to answer with a bid. */
  bidTimeoutMs: z.int().min(50).max(60_000).default(5_000),
  /** Milliseconds that a workload has to begin its answer. */
  answerTimeoutMs: z.int().min(100).default(120_000),
  /** Orders that one address may post a second, after a burst of five seconds' worth. */
  ordersPerSecond: z.int().min(1).default(20),
  /** Orders in work at once, over all addresses. */
  ordersAtOnce: z.int().min(1).default(256),
  /** Requests under way to providers and workloads at once from one address. */
  relayedAtOnce: z.int().min(1).default(1_000),
  /** How often the chain is looked at, in milliseconds. */
  chainPollMs: z.int().min(20).default(1_000),
  /** One log line for each request. */
  logRequests: z.boolean().default(false),
})
export type IndexerConfig = z.output<typeof indexerConfigSchema>
