import { z } from 'zod'

/** Everything that can be set. Flags, environment (`SUBLET_…`) and file all go through it. */
export const controllerConfigSchema = z.object({
  /** Loopback only: whoever reaches the controller speaks for the wallet. 0 takes any free port. */
  port: z.int().min(0).max(65535).default(8080),
  /** Seconds of service that are set aside when a lease opens, and paid on each time. */
  depositSeconds: z.int().min(60).default(3600),
  /** Seconds that a voucher pays ahead, where leases are paid so: the most that a provider can take and leave with. */
  voucherIntervalSeconds: z.int().min(5).max(3_600).default(30),
  /** Seconds that a provider has to be ready. */
  startWithinSeconds: z.int().min(10).max(86_400).default(600),
  /** Whether running leases are topped up before their money ends. */
  topUp: z.boolean().default(true),
  /** Seconds without a word from a lease's provider before another is looked for. */
  providerSilenceSeconds: z.int().min(5).default(120),
  /** Seconds that a provider has to close a lease before the controller does it on chain. */
  closeTimeoutSeconds: z.int().min(1).default(30),
  /** Seconds after a restart during which nothing is given up, while the network finds together. */
  patienceSeconds: z.int().min(0).default(60),
  /** Whether the chain is this machine's own; shown to the console. */
  embedded: z.boolean().default(false),
  /** One log line for each request. */
  logRequests: z.boolean().default(false),
})
export type ControllerConfig = z.output<typeof controllerConfigSchema>
