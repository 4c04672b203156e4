import { z } from 'zod'

/** A time in which the provider will be away, as its owner has planned it. Milliseconds since 1970. */
export const maintenanceWindowSchema = z.strictObject({
  id: z.string(),
  fromMs: z.int(),
  untilMs: z.int(),
  reason: z.string(),
})
export type MaintenanceWindow = z.output<typeof maintenanceWindowSchema>

/** What the owner has decided about leaving; kept in the journal, so that a restart forgets none of it. */
export const leavingSchema = z.strictObject({
  /** No new leases. With `byMs` the last one is gone by then, else they end when they end. */
  drain: z.strictObject({ sinceMs: z.int(), byMs: z.int().optional(), reason: z.string() }).optional(),
  windows: z.array(maintenanceWindowSchema),
})
export type Leaving = z.output<typeof leavingSchema>

export const staying: Leaving = { windows: [] }

export interface Availability {
  /** Whether anything is on offer at this moment. */
  offering: boolean
  /** The next instant at which no lease may run here. */
  leavesAtMs: number | undefined
  reason: string
}

export function availabilityOf({ drain, windows }: Leaving, nowMs: number): Availability {
  const coming = windows.filter(({ untilMs }) => untilMs > nowMs)
  const leaves = [
    ...(drain?.byMs === undefined ? [] : [{ atMs: drain.byMs, reason: drain.reason }]),
    ...coming.map(({ fromMs, reason }) => ({ atMs: fromMs, reason })),
  ].sort((a, b) => a.atMs - b.atMs)
  const [first] = leaves
  return {
    offering: drain === undefined && !coming.some(({ fromMs }) => fromMs <= nowMs),
    leavesAtMs: first?.atMs,
    reason: first?.reason ?? drain?.reason ?? '',
  }
}

export interface LeaseToLeave {
  /** Milliseconds since 1970 at which its money or its time ends. */
  endsAtMs: number
  /** What its tenant was told: 0 when nothing. */
  toldMs: number
  /** Unix seconds at which the notice on chain ends; 0 when none was given. */
  noticeEndsAt: number
  /** The longer of the network's notice and the one in the lease's service levels. */
  noticeMs: number
}

export type LeavingStep =
  | { kind: 'none' }
  /** Undefined takes an earlier word back. */
  | { kind: 'tell'; leavesAtMs: number | undefined }
  | { kind: 'give-notice' }
  | { kind: 'end' }

/** Notice is given this much before it must be: the chain takes its time. */
export const noticeSlackMs = 60_000
/** A notice is over on chain only with a block after it. */
const endSlackMs = 2_000

/** What to do about one running lease when the provider leaves at an instant, or doesn't. */
export function leavingStep(lease: LeaseToLeave, leavesAtMs: number | undefined, nowMs: number): LeavingStep {
  const { endsAtMs, toldMs, noticeEndsAt, noticeMs } = lease
  const told = toldMs === 0 ? undefined : toldMs
  const noticeOverMs = noticeEndsAt * 1000 + endSlackMs
  // A notice on chain can't be taken back, and whoever was given one may have left nothing behind to stay for.
  if (noticeEndsAt !== 0) {
    const goneMs = Math.max(noticeOverMs, leavesAtMs ?? noticeOverMs)
    if (nowMs >= goneMs) return { kind: 'end' }
    return told === goneMs ? { kind: 'none' } : { kind: 'tell', leavesAtMs: goneMs }
  }
  if (leavesAtMs === undefined || endsAtMs <= leavesAtMs) {
    return told === undefined ? { kind: 'none' } : { kind: 'tell', leavesAtMs: undefined }
  }
  if (nowMs >= leavesAtMs - noticeMs - noticeSlackMs) return { kind: 'give-notice' }
  return told === leavesAtMs ? { kind: 'none' } : { kind: 'tell', leavesAtMs }
}
