import { addressSchema, amountSchema, gibibyte } from '@sublet/protocol'
import { z } from 'zod'

const priceSchema = z.strictObject({
  cpuPerCoreHour: amountSchema.optional(),
  memoryPerGibHour: amountSchema.optional(),
  storagePerGibHour: z.record(z.string(), amountSchema).optional(),
  gpuPerHour: z.record(z.string(), amountSchema).optional(),
  endpointPerHour: amountSchema.optional(),
  ipPerHour: amountSchema.optional(),
})

/** A provider's settings; flags, `SUBLET_…` variables and the configuration file all go through it. */
export const providerConfigSchema = z.object({
  /** Where the host runtime and small files live. */
  dataDir: z.string().min(1),
  /** Such as `eu-west`; `local` on one machine. */
  region: z.string().default('local'),
  /** Facts that orders may ask for. */
  attributes: z.record(z.string(), z.string()).default({}),
  /** `auto` takes Docker or Podman where one answers, and processes of this machine where none does. */
  runtime: z.enum(['auto', 'docker', 'host']).default('auto'),
  dockerHost: z.string().optional(),
  /** IPv4 range that the leases' private networks are cut from; nothing else may use it. */
  subnetPool: z
    .string()
    .regex(/^\d+\.\d+\.\d+\.\d+\/(\d|1\d|2[0-6])$/, 'an IPv4 range such as 10.213.0.0/16')
    .default('10.213.0.0/16'),
  /** Networks made before they are needed. */
  spareNetworks: z.int().min(0).max(64).default(1),
  /** Prices over the defaults, token base units per hour as decimal strings. */
  prices: priceSchema.default({}),
  /** Only these tenants are served; everybody when empty. */
  tenants: z.array(addressSchema).default([]),
  /** How much of the processor is offered, in percent of what there is: idle services share one well. */
  cpuOfferPercent: z.int().min(1).max(10_000).default(100),
  /** What the owner keeps. */
  reservedCpuMillis: z.int().min(0).default(0),
  reservedMemoryBytes: z.int().min(0).default(gibibyte),
  reservedStorageBytes: z
    .int()
    .min(0)
    .default(5 * gibibyte),
  /** Further storage classes: folder by class. `default` is where the runtime keeps its files. */
  storageFolders: z.record(z.string(), z.string()).default({}),
  /** GPUs not on offer, by id. */
  hiddenDevices: z.array(z.string()).default([]),
  /** The most that an indexer may take of the income, hundredths of a percent. */
  maxIndexerFeeBps: z.int().min(0).max(10_000).default(1_000),
  /** How long a bid stands, milliseconds. */
  bidTtlMs: z.int().min(1_000).default(60_000),
  /** The same where a person chooses. */
  personBidTtlMs: z.int().min(1_000).default(300_000),
  /** Under which name or address workloads' TCP ports are reached, and what they listen on. */
  directHost: z.string().default('127.0.0.1'),
  directListenOn: z.string().default('127.0.0.1'),
  /** What the registry tells others; an address of the provider's own, where it has one. */
  endpoint: z.string().optional(),
  /** How often the chain is looked at for leases that ended or were topped up, milliseconds. */
  chainPollMs: z.int().min(50).default(1_000),
  /** How often earnings are drawn, milliseconds, and the least that is worth a transaction, token base units. */
  withdrawEveryMs: z.int().min(1_000).default(3_600_000),
  withdrawLeast: amountSchema.default(1_000_000n),
  /** How long a tenant is given to close a lease itself before the provider leaves by notice. */
  settleGraceSeconds: z.int().min(0).default(60),
})
export type ProviderConfig = z.output<typeof providerConfigSchema>
export type ProviderConfigInput = z.input<typeof providerConfigSchema>
