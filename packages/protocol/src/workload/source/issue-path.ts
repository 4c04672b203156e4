import type { z } from 'zod'
import type { Path } from './places.ts'

/** Where a schema's complaint stands; documents have no symbols for keys. */
export function reportedPath(issue: z.core.$ZodIssue): Path {
  return issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))
}
