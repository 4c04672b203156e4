import { z } from 'zod'
import { addressSchema, amountSchema, bytes32Schema, hexSchema } from '../units/units.ts'

/** Prices in token base units per hour. */
export const priceListSchema = z.strictObject({
  /** For one core (1000 millicores). */
  cpuPerCoreHour: amountSchema,
  /** For one GiB of memory. */
  memoryPerGibHour: amountSchema,
  /** For one GiB, by storage class; `default` is the container's own space. */
  storagePerGibHour: z.record(z.string(), amountSchema),
  /** For one whole GPU, by model; `*` for models that the list does not name. */
  gpuPerHour: z.record(z.string(), amountSchema),
  /** For one public TCP or UDP port. HTTP endpoints share ports and cost nothing. */
  endpointPerHour: amountSchema,
  /** For one leased IP address. */
  ipPerHour: amountSchema,
})
export type PriceList = z.output<typeof priceListSchema>

export const gpuStockSchema = z.strictObject({
  vendor: z.string(),
  /** Lower case, such as `rtx4090`. */
  model: z.string(),
  memoryBytes: z.int().positive(),
  interface: z.enum(['pcie', 'sxm']).optional(),
  total: z.int().nonnegative(),
  free: z.int().nonnegative(),
})
export type GpuStock = z.output<typeof gpuStockSchema>

/** What a provider has and what of it is free now. */
export const inventorySchema = z.strictObject({
  cpuMillis: z.strictObject({ total: z.int().nonnegative(), free: z.int().nonnegative() }),
  cpuArch: z.string(),
  memoryBytes: z.strictObject({ total: z.int().nonnegative(), free: z.int().nonnegative() }),
  /** By class. `default` is where containers and volumes without a class live. */
  storageBytes: z.record(
    z.string(),
    z.strictObject({ total: z.int().nonnegative(), free: z.int().nonnegative() }),
  ),
  gpus: z.array(gpuStockSchema),
  /** Leased IP addresses. */
  ips: z.strictObject({ total: z.int().nonnegative(), free: z.int().nonnegative() }),
})
export type Inventory = z.output<typeof inventorySchema>

/** A provider's standing price list and free inventory. A newer `sequence` replaces an older one. */
export const askSchema = z.strictObject({
  provider: addressSchema,
  chainId: z.int().positive(),
  /** Grows with every ask of this provider: milliseconds since 1970 at issue, or more. */
  sequence: z.int().positive(),
  /** Milliseconds since 1970; past it the ask is dropped. */
  expiresAtMs: z.int().positive(),
  token: addressSchema,
  prices: priceListSchema,
  inventory: inventorySchema,
  /** Such as `eu-west`; `local` on one machine. */
  region: z.string(),
  attributes: z.record(z.string(), z.string()),
  /** `docker`, `podman`, `host`, `kubernetes`. */
  runtime: z.string(),
  /** Only orders of these tenants are served; empty means everybody's. The host runtime must name its own network's. */
  tenants: z.array(addressSchema),
  /** X25519 key that manifests are sealed to; must equal the registered one. */
  publicKey: bytes32Schema,
  /** Image references already on disk, which break ties. */
  images: z.array(z.string()),
  /** Milliseconds since 1970 at which the provider will be away; leases that would run into it don't match. */
  unavailableFromMs: z.int().positive().optional(),
  /** Set while the owner takes no new leases: nothing is free then, whatever is rented. */
  draining: z.literal(true).optional(),
})
export type Ask = z.output<typeof askSchema>
/** The ask as it travels: amounts as decimal strings. */
export type AskWire = z.input<typeof askSchema>

export const signedAskSchema = z.strictObject({ ask: askSchema, signature: hexSchema })
export type SignedAsk = z.output<typeof signedAskSchema>
