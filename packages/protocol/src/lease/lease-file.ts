import { z } from 'zod'

/** What lies at a path inside an instance. */
export const leaseFileSchema = z.strictObject({
  kind: z.enum(['file', 'folder', 'other']),
  sizeBytes: z.int().nonnegative(),
  /** Permission bits, such as 0o644. */
  mode: z.int().nonnegative(),
  /** Milliseconds since 1970. */
  modifiedAtMs: z.int(),
})
export type LeaseFile = z.output<typeof leaseFileSchema>

/** The answer to a look at a path: absent where nothing is. */
export const leaseFileAnswerSchema = z.strictObject({ file: leaseFileSchema.optional() })
