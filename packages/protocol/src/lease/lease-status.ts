import { z } from 'zod'
import { addressSchema, amountSchema, bytes32Schema, hexSchema } from '../units/units.ts'
import { voucherStateSchema } from '../voucher/pay-ahead.ts'
import { depositFor } from './accrual.ts'

/**
 * Where a lease is in its life, as the provider knows it. `opening` is between ready and opened on chain;
 * `lapsed` never opened and cost nothing; `closed` was open and is settled.
 */
export const leasePhases = [
  'accepted',
  'pulling',
  'starting',
  'opening',
  'active',
  'closing',
  'closed',
  'lapsed',
] as const
export type LeasePhase = (typeof leasePhases)[number]

const next: Record<LeasePhase, readonly LeasePhase[]> = {
  accepted: ['pulling', 'lapsed'],
  pulling: ['starting', 'lapsed'],
  starting: ['opening', 'lapsed'],
  opening: ['active', 'lapsed'],
  active: ['closing'],
  closing: ['closed'],
  closed: [],
  lapsed: [],
}

/** Whether a lease may go from one phase to another. */
export function canMove(from: LeasePhase, to: LeasePhase): boolean {
  return next[from].includes(to)
}

export function isEnded(phase: LeasePhase): boolean {
  return next[phase].length === 0
}

export const endReasons = [
  'tenant-closed',
  'provider-closed',
  'funds-ended',
  'duration-ended',
  'job-ended',
  'image-unavailable',
  'fetch-failed',
  'workload-crashed',
  'start-deadline',
  'open-failed',
  'manifest-refused',
  'superseded',
] as const
export type EndReason = (typeof endReasons)[number]

export const endpointSchema = z.strictObject({
  service: z.string(),
  port: z.int(),
  protocol: z.enum(['http', 'tcp', 'udp']),
  /** `http://name.domain:port` or `tcp://host:port`. */
  url: z.string(),
})
export type Endpoint = z.output<typeof endpointSchema>

export const serviceStatusSchema = z.strictObject({
  name: z.string(),
  replicas: z.int(),
  ready: z.int(),
  restarts: z.int(),
  /** Set for a job that has ended. */
  exitCode: z.int().optional(),
  image: z.string(),
  /** `sha256:…` of the image that really runs, once it is there. */
  digest: z.string().optional(),
})
export type ServiceStatus = z.output<typeof serviceStatusSchema>

/** What a provider answers about one lease. */
export const leaseStatusSchema = z.strictObject({
  leaseId: bytes32Schema,
  tenant: addressSchema,
  provider: addressSchema,
  deployment: z.string(),
  phase: z.enum(leasePhases),
  /** A sentence on what is going on or went wrong. */
  message: z.string(),
  ratePerHour: amountSchema,
  deposit: amountSchema,
  services: z.array(serviceStatusSchema),
  endpoints: z.array(endpointSchema),
  /** Milliseconds since 1970 of each phase reached. */
  phaseAtMs: z.partialRecord(z.enum(leasePhases), z.int()),
  /** Chain time of opening, unix seconds. */
  openedAt: z.int().optional(),
  openTransaction: hexSchema.optional(),
  closeTransaction: hexSchema.optional(),
  paid: amountSchema.optional(),
  refunded: amountSchema.optional(),
  /** Seconds that were not served through the provider's own fault, and are not paid. */
  creditSeconds: z.int().nonnegative().optional(),
  /** When the provider will be away, milliseconds since 1970: the lease has ended by then. */
  leavesAtMs: z.int().optional(),
  /** Of a lease paid by vouchers. */
  voucher: voucherStateSchema.optional(),
  endReason: z.enum(endReasons).optional(),
  /** Last log lines, kept when the lease ends. */
  lastLogLines: z.array(z.string()).optional(),
  /** Exit code of the job, where there is one job. */
  exitCode: z.int().optional(),
  results: z.record(z.string(), z.string()).optional(),
})
export type LeaseStatus = z.output<typeof leaseStatusSchema>
export type LeaseStatusWire = z.input<typeof leaseStatusSchema>

/** What is set aside or paid ahead for an open lease: the deposit, or as far as its vouchers pay. Token base units. */
export function depositOf({
  ratePerHour,
  deposit,
  openedAt = 0,
  voucher,
}: Pick<LeaseStatus, 'ratePerHour' | 'deposit' | 'openedAt' | 'voucher'>): bigint {
  return voucher === undefined ? deposit : depositFor(ratePerHour, Math.max(0, voucher.paidUntil - openedAt))
}

/** One line of a workload's output. Newline-delimited JSON on the wire. */
export const logLineSchema = z.strictObject({
  service: z.string(),
  replica: z.int(),
  stream: z.enum(['stdout', 'stderr']),
  /** Milliseconds since 1970. */
  atMs: z.number(),
  text: z.string(),
})
export type LogLine = z.output<typeof logLineSchema>

/**
 * Until when a lease's cost is to be counted, milliseconds since 1970: now, or since when it is at its end, also where
 * nobody has heard what it paid.
 */
export function chargedUntilMs(
  { phase, phaseAtMs }: Pick<LeaseStatus, 'phase' | 'phaseAtMs'>,
  nowMs: number,
): number {
  return isEnded(phase) ? Math.min(nowMs, phaseAtMs.closing ?? phaseAtMs[phase] ?? nowMs) : nowMs
}
