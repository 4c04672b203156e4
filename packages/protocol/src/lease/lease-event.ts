import { z } from 'zod'

export type LeaseEventLevel = 'info' | 'warning' | 'error'

/** Why something was noted, by its stable code, and how much it matters. */
export const leaseEventReasons = {
  /** Both sides agreed and the manifest was taken. */
  matched: 'info',
  pulling: 'info',
  pulled: 'info',
  starting: 'info',
  /** An instance of a service runs. */
  started: 'info',
  /** It passed every probe. */
  healthy: 'info',
  /** It failed its own check too often and is stopped. */
  unhealthy: 'warning',
  /** It ended, with the exit code. */
  exited: 'warning',
  completed: 'info',
  'out-of-memory': 'error',
  restarted: 'warning',
  /** Ready; the opening is on its way to the chain. */
  opening: 'info',
  opened: 'info',
  'topped-up': 'info',
  /** The provider drew what it has earned. */
  paid: 'info',
  /** Time that was not served is taken off. */
  credited: 'info',
  'notice-given': 'warning',
  /** Journal, machine and chain differed, and were put right. */
  mended: 'warning',
  closing: 'info',
  closed: 'info',
  lapsed: 'error',
} as const satisfies Record<string, LeaseEventLevel>
export type LeaseEventReason = keyof typeof leaseEventReasons

/** Something that happened to a lease, as its provider saw it. Newline-delimited JSON on the wire. */
export const leaseEventSchema = z.strictObject({
  /** Rises within a lease; numbers may be left out. */
  sequence: z.int().nonnegative(),
  /** Milliseconds since 1970. */
  atMs: z.int(),
  reason: z.enum(Object.keys(leaseEventReasons) as [LeaseEventReason, ...LeaseEventReason[]]),
  level: z.enum(['info', 'warning', 'error']),
  /** A sentence for people. */
  message: z.string(),
  service: z.string().optional(),
  replica: z.int().optional(),
  exitCode: z.int().optional(),
  image: z.string().optional(),
  /** While an image is fetched: bytes so far and in all, as far as known. */
  doneBytes: z.int().optional(),
  totalBytes: z.int().optional(),
})
export type LeaseEvent = z.output<typeof leaseEventSchema>
