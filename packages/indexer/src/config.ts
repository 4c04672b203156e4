import { z } from 'zod'
import { readPortRange } from './ports/choose-port.ts'

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
  /** Where names are served over TLS; no TLS where absent. 0 takes any free port. */
  tlsPort: z.int().min(0).max(65535).optional(),
  /** The TLS port that addresses name, where a proxy in front has another; the listening one where absent. */
  publicTlsPort: z.int().min(1).max(65535).optional(),
  /** A certificate for `*.INGRESSDOMAIN` and its key, PEM files; both are read again when they change. */
  tlsCertificateFile: z.string().optional(),
  tlsKeyFile: z.string().optional(),
  /**
   * Host names of tenants' own: `proved` by a record in the name's zone, or, on one machine, given to whoever claims them first.
   * By default `first-come` under `localhost`, and `proved` elsewhere.
   */
  ownNames: z.enum(['none', 'first-come', 'proved']).optional(),
  /** Name servers, as `address` or `address:port`; the machine's own where empty. */
  dnsServers: z.array(z.string()).default([]),
  /** Where certificates for proved names are ordered (ACME); setting it accepts the authority's terms. None are where absent. */
  acmeDirectoryUrl: z.url({ protocol: /^https$/ }).optional(),
  /** Mail addresses at which the authority finds the operator. */
  acmeContact: z.array(z.email()).default([]),
  /** The root of a private authority, a PEM file. */
  acmeCaFile: z.string().optional(),
  /** Certificates ordered an hour for one tenant, and in all. */
  acmeOrdersPerHourEach: z.int().min(1).default(10),
  acmeOrdersPerHour: z.int().min(1).default(60),
  /** How often what is due with names and certificates is looked for, milliseconds. */
  namesEveryMs: z.int().min(20).default(1_000),
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
  /**
   * Ports to listen on for workloads whose providers have no address of their own, such as `20000-29999`; `any` takes what the
   * system gives. No TCP and UDP ports are relayed where absent.
   */
  relayPorts: z
    .string()
    .refine((text) => readPortRange(text) !== undefined, 'a range such as 20000-29999, or any')
    .optional(),
  /** Such ports at most for one provider. */
  relayPortsEach: z.int().min(1).default(100),
  /** Milliseconds of silence both ways after which a relayed TCP connection is cut. */
  relayIdleMs: z.int().min(1_000).default(3_600_000),
  /** How often the chain is looked at, in milliseconds. */
  chainPollMs: z.int().min(20).default(1_000),
  /** One log line for each request. */
  logRequests: z.boolean().default(false),
})
export type IndexerConfig = z.output<typeof indexerConfigSchema>
