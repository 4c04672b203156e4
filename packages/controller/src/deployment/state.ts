import {
  addressSchema,
  agreementSchema,
  amountSchema,
  bidSchema,
  bytes32Schema,
  exclusionSchema,
  hexSchema,
  leaseStatusSchema,
  workloadSchema,
} from '@sublet/protocol'
import { z } from 'zod'

/**
 * Where one group is. `ordering` and `picking` bind nobody; from `offering` on a signed agreement is out, so the lease
 * may open; `following` has a provider that accepted it; `waiting` orders again at `retryAtMs`; `ended` and `failed`
 * are over.
 */
export const groupStages = [
  'ordering',
  'picking',
  'offering',
  'following',
  'waiting',
  'ended',
  'failed',
] as const
export type GroupStage = (typeof groupStages)[number]

/** An agreement with the tenant's signature on it that was, or was about to be, sent. */
export const offerSchema = z.strictObject({
  agreement: agreementSchema,
  tenantSignature: hexSchema,
  providerSignature: hexSchema,
  /** Where the provider is reached. */
  relayUrl: z.string(),
})
export type Offer = z.output<typeof offerSchema>

export const problemSchema = z.looseObject({
  code: z.string(),
  detail: z.string(),
  hint: z.string().optional(),
})
export type StoredProblem = z.output<typeof problemSchema>

export const groupStateSchema = z.strictObject({
  name: z.string(),
  stage: z.enum(groupStages),
  /** `closed` once somebody asked for the end of this lease alone. */
  wanted: z.enum(['running', 'closed']),
  /** A sentence for people. */
  message: z.string(),
  /** The number of the lease that is ordered or runs. Written down before anything is posted. */
  salt: bytes32Schema.optional(),
  leaseId: bytes32Schema.optional(),
  orderHash: bytes32Schema.optional(),
  bids: z.array(bidSchema),
  excluded: z.array(exclusionSchema),
  offer: offerSchema.optional(),
  lease: leaseStatusSchema.optional(),
  /** While the provider of the lease is not heard of: since when, milliseconds since 1970. */
  awaySinceMs: z.int().optional(),
  /** Providers whose lease came to nothing, not to be asked the next time. */
  failedProviders: z.array(addressSchema),
  /** Orders in a row that came to nothing. */
  failures: z.int().nonnegative(),
  retryAtMs: z.number().optional(),
  /** Whether a lease of this group was ever open: then it is kept running, whatever happens. */
  everRan: z.boolean(),
  problem: problemSchema.optional(),
  /** Milliseconds from the deployment's creation to each step. */
  timings: z.record(z.string(), z.number()),
})
export type GroupState = z.output<typeof groupStateSchema>

/** What the tenant asked for. Secrets are among it, so it is stored encrypted. */
export const contentSchema = z.strictObject({
  workload: workloadSchema,
  secrets: z.record(z.string(), z.string()),
  maxRatePerHour: amountSchema.optional(),
  payment: z.literal('voucher').optional(),
})
export type Content = z.output<typeof contentSchema>

export interface DeploymentState {
  id: string
  name: string
  /** What should be; `groups` say what is. */
  desired: 'running' | 'closed'
  createdAtMs: number
  endedAtMs?: number | undefined
  /** Why it is being closed, when it was not asked for. */
  problem?: StoredProblem | undefined
  groups: readonly GroupState[]
}

export function newGroup(name: string): GroupState {
  return {
    name,
    stage: 'ordering',
    wanted: 'running',
    message: 'Looking for a provider.',
    bids: [],
    excluded: [],
    failedProviders: [],
    failures: 0,
    everRan: false,
    timings: {},
  }
}

export function isOver(group: GroupState): boolean {
  return group.stage === 'ended' || group.stage === 'failed'
}
