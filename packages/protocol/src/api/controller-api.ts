import { z } from 'zod'
import { signedAskSchema } from '../ask/ask.ts'
import { bidSchema, exclusionSchema } from '../bid/bid.ts'
import { leaseStatusSchema } from '../lease/lease-status.ts'
import { addressSchema, amountSchema, bytes32Schema } from '../units/units.ts'

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
  /** Wait for a person to choose among the bids. */
  pick: z.boolean().optional(),
  secrets: z.record(z.string(), z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  files: z.record(z.string(), z.string()).optional(),
})
export type CreateDeployment = z.output<typeof createDeploymentSchema>

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
