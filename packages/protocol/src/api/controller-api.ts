import { z } from 'zod'
import { signedAskSchema } from '../ask/ask.ts'
import { bidSchema, exclusionSchema } from '../bid/bid.ts'
import { leaseStatusSchema } from '../lease/lease-status.ts'
import { addressSchema, amountSchema, bytes32Schema } from '../units/units.ts'
import { workloadSchema } from '../workload/workload.ts'

/**
 * Where a deployment is: `ordering` looks for bids, `picking` waits for a person, `starting` has an accepted bid,
 * `running` has its leases open, `failed` could not start, `closed` is settled.
 */
export const deploymentPhases = [
  'ordering',
  'picking',
  'starting',
  'running',
  'closing',
  'closed',
  'failed',
] as const
export type DeploymentPhase = (typeof deploymentPhases)[number]

/** One group of a deployment: its order, its bids, and the lease that came of it. */
export const deploymentGroupSchema = z.strictObject({
  name: z.string(),
  orderHash: bytes32Schema.optional(),
  bids: z.array(bidSchema),
  excluded: z.array(exclusionSchema),
  leaseId: bytes32Schema.optional(),
  provider: addressSchema.optional(),
  lease: leaseStatusSchema.optional(),
  /** Set while the provider of the lease is not heard of: since when, milliseconds since 1970. `lease` is from before. */
  awaySinceMs: z.int().optional(),
})
export type DeploymentGroup = z.output<typeof deploymentGroupSchema>

export const deploymentSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  phase: z.enum(deploymentPhases),
  /** A sentence on what is going on or went wrong. */
  message: z.string(),
  /** Set when `failed`: the stable error code and what to do. */
  problem: z.looseObject({ code: z.string(), detail: z.string(), hint: z.string().optional() }).optional(),
  groups: z.array(deploymentGroupSchema),
  createdAtMs: z.int(),
  endedAtMs: z.int().optional(),
  /** Milliseconds from the order to each step: `bids`, `accepted`, `ready`, `opened`, `answered`. */
  timings: z.record(z.string(), z.number()),
})
export type Deployment = z.output<typeof deploymentSchema>
export type DeploymentWire = z.input<typeof deploymentSchema>

export const createDeploymentSchema = z.strictObject({
  /** The file's text. */
  source: z.string(),
  /** For messages only. */
  file: z.string(),
  format: z.enum(['sublet', 'akash', 'nosana', 'compose']).optional(),
  /** Token base units per hour for each group; overrides the file's. */
  maxRatePerHour: amountSchema.optional(),
  /** Pay by vouchers instead of opening a lease on chain: for jobs of seconds to minutes. */
  payment: z.literal('voucher').optional(),
  /** Wait for a person to choose among the bids. */
  pick: z.boolean().optional(),
  secrets: z.record(z.string(), z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  files: z.record(z.string(), z.string()).optional(),
})
export type CreateDeployment = z.output<typeof createDeploymentSchema>

/** Newest first. */
export const deploymentListSchema = z.strictObject({ deployments: z.array(deploymentSchema) })

export const pickSchema = z.strictObject({ group: z.string(), provider: addressSchema })
export type Pick = z.output<typeof pickSchema>

export const validateRequestSchema = z.strictObject({
  source: z.string(),
  file: z.string(),
  format: createDeploymentSchema.shape.format,
  env: createDeploymentSchema.shape.env,
  files: createDeploymentSchema.shape.files,
})
export type ValidateRequest = z.output<typeof validateRequestSchema>

/** A finding as it travels; `text` is the whole line for people. */
export const findingSchema = z.strictObject({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  message: z.string(),
  path: z.array(z.union([z.string(), z.number()])),
  file: z.string(),
  line: z.int(),
  column: z.int(),
  expected: z.string().optional(),
  mend: z.string().optional(),
  text: z.string(),
})

/** What `POST /v1/validate` answers. */
export const validationSchema = z.strictObject({
  format: z.enum(['sublet', 'akash', 'nosana', 'compose']),
  findings: z.array(findingSchema),
  /** The normal form, where no finding is an error. */
  workload: workloadSchema.optional(),
})
export type Validation = z.output<typeof validationSchema>

export const networkSummarySchema = z.strictObject({
  chainId: z.int(),
  rpcUrl: z.string(),
  /** Of the contracts, by name. */
  addresses: z.record(z.string(), z.string()),
  indexers: z.array(z.string()),
  /** Whether the chain runs on this machine for this network alone. */
  embedded: z.boolean(),
})
export type NetworkSummary = z.output<typeof networkSummarySchema>

export const marketSchema = z.strictObject({
  asks: z.array(z.strictObject({ signedAsk: signedAskSchema, connected: z.boolean() })),
  nextCursor: z.string().optional(),
})
export type Market = z.output<typeof marketSchema>

export const walletSummarySchema = z.strictObject({
  address: addressSchema,
  chainId: z.int(),
  token: addressSchema,
  tokenSymbol: z.string(),
  tokenDecimals: z.int(),
  /** In the wallet itself. */
  walletBalance: amountSchema,
  /** In the escrow, free to be used. */
  escrowBalance: amountSchema,
  /** Native coin for gas, in wei. */
  gasBalance: amountSchema,
})
export type WalletSummary = z.output<typeof walletSummarySchema>
