import { addressSchema, amountSchema, gibibyte } from '@sublet/protocol'
import { z } from 'zod'
import { isolationGaps } from './runtime/runtime.ts'

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
  /** The engine's name of its gVisor, where its program is not called runsc. */
  gvisorRuntime: z.string().min(1).optional(),
  /** The most that one lease may send and receive, each, megabits a second; half of a link of known speed when absent. */
  leaseMegabits: z.int().min(1).max(100_000).optional(),
  /** Prices over the defaults, token base units per hour as decimal strings. */
  prices: priceSchema.default({}),
  /** No price goes below or above these, and no rate of a single order below the floor; same form as `prices`. */
  floorPrices: priceSchema.default({}),
  ceilingPrices: priceSchema.default({}),
  /** A YAML file of rules on prices: docs/provider.md. */
  pricingRules: z.string().optional(),
  /** A program that is asked what each order should pay: JSON on its input, a rate on its output. */
  pricingProgram: z.string().optional(),
  /** Within this it must answer, or the list's price is taken. Indexers wait 5 s for a bid. */
  pricingProgramTimeoutMs: z.int().min(10).max(4_000).default(1_000),
  /** Whether prices move towards those at which comparable compute is rented elsewhere. */
  followMarket: z.boolean().default(false),
  /** The most that a price moves in one step, percent of itself, and the time between steps, milliseconds. */
  followMarketStepPercent: z.int().min(1).max(50).default(5),
  followMarketEveryMs: z.int().min(1_000).default(900_000),
  /** Only these tenants are served; everybody when empty. */
  tenants: z.array(addressSchema).default([]),
  /** Whose machine this is: without the isolation that strangers need, these are served all the same. */
  ownTenants: z.array(addressSchema).default([]),
  /** What may be missing of leases' isolation for others than the machine's own tenants to be served. */
  strangersWithout: z.array(z.enum(isolationGaps)).default([]),
  /** These are never served. */
  deniedTenants: z.array(addressSchema).default([]),
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
  /** However long an order waits for bids, no bid stands longer, milliseconds. */
  longestBidTtlMs: z.int().min(1_000).default(600_000),
  /** Bids of one tenant that may stand at one time, each keeping its part of the machine; own tenants are not counted. */
  mostReservationsPerTenant: z.int().min(1).default(32),
  /** The longest that an order may give from bid to ready, seconds: until then nothing is paid. */
  mostStartSeconds: z.int().min(1).default(900),
  /** And the longest that a workload may run unpaid before it is ready, seconds; pulling and fetching come before. */
  mostReadySeconds: z.int().min(1).default(600),
  /** Under which name or address workloads' TCP ports are reached, and what they listen on. */
  directHost: z.string().default('127.0.0.1'),
  directListenOn: z.string().default('127.0.0.1'),
  /** Whether clients of TCP and UDP ports come straight to this machine, or, as it has no address of its own, by the indexer. */
  portsThrough: z.enum(['direct', 'relay']).default('direct'),
  /** What the registry tells others; an address of the provider's own, where it has one. */
  endpoint: z.string().optional(),
  /** How often the chain is looked at for leases that ended or were topped up, milliseconds. */
  chainPollMs: z.int().min(50).default(1_000),
  /** How often earnings are drawn, milliseconds, and the least that is worth a transaction, token base units. */
  withdrawEveryMs: z.int().min(1_000).default(3_600_000),
  withdrawLeast: amountSchema.default(1_000_000n),
  /** The most that gas may cost of what is drawn, hundredths of a percent. */
  withdrawMostCostBps: z.int().min(1).max(10_000).default(200),
  /** What one whole native coin is worth, token base units, for knowing what gas costs. */
  tokenPerCoin: amountSchema.default(3_000_000_000n),
  /** Earnings are drawn at the latest after so long, milliseconds, whatever gas costs. */
  withdrawAtLatestMs: z.int().min(60_000).default(604_800_000),
  /** How often journal, machine and chain are held against each other, milliseconds. */
  reconcileEveryMs: z.int().min(100).default(60_000),
  /** Whether leases may be paid by vouchers, and the least that one must pay ahead, seconds. */
  takeVouchers: z.boolean().default(true),
  /** How often it is seen whether vouchers are worth redeeming or must be, milliseconds: an unlock takes a day. */
  redeemEveryMs: z
    .int()
    .min(100)
    .max(12 * 3_600_000)
    .default(600_000),
  voucherLeastIntervalSeconds: z.int().min(1).max(3_600).default(5),
  /** Addresses and ranges besides the public internet that tenants' fetches and snapshots may reach. */
  outboundAllow: z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])).default([]),
  /** Where models are fetched from. */
  huggingFaceUrl: z.url().default('https://huggingface.co'),
  ollamaUrl: z.url().default('https://registry.ollama.ai'),
  /** Fetched things that are kept for leases to come, bytes; those not used for longest go first. */
  fetchCacheBytes: z
    .int()
    .min(0)
    .default(50 * gibibyte),
  /** Images of the machine's own, made or pulled by its owner, that every tenant may run; without it only the owner's own tenants may. */
  ownImages: z.array(z.string().min(1)).default([]),
  /** How full the disk may get, in percent, before pulled images that nobody needed for longest are removed, and how far down. */
  imageHighWaterPercent: z.int().min(1).max(100).default(85),
  imageLowWaterPercent: z.int().min(1).max(100).default(75),
  /** Images that the market asks for most are fetched before a lease needs them, up to so many bytes; 0 turns it off. */
  fetchAheadBytes: z
    .int()
    .min(0)
    .default(20 * gibibyte),
  /** How many tenants must have asked for an image within a week. */
  fetchAheadLeastTenants: z.int().min(1).default(2),
  /** How long a deployment's volumes are kept after its last lease, milliseconds. */
  volumeRetentionMs: z
    .int()
    .min(0)
    .default(7 * 24 * 3_600_000),
  /** How long a tenant is given to close a lease itself before the provider leaves by notice. */
  settleGraceSeconds: z.int().min(0).default(60),
  /** Own downtime is credited on chain once it is so long; what is less waits for the end of the lease. */
  creditLeastSeconds: z.int().min(1).default(5),
  /** While a lease is down, it is credited in steps of so many seconds. */
  creditEverySeconds: z.int().min(1).default(30),
})
export type ProviderConfig = z.output<typeof providerConfigSchema>
export type ProviderConfigInput = z.input<typeof providerConfigSchema>
