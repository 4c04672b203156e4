import type { Workload } from './workload.ts'

export type WorkloadFormat = 'sublet' | 'akash' | 'nosana' | 'compose'

/** One thing that is wrong or doubtful in a file, with its place and its mend. */
export interface Finding {
  severity: 'error' | 'warning'
  /** Stable, such as `akash.memory-suffix`. */
  code: string
  /** A sentence that never repeats a secret's value. */
  message: string
  /** From the document's root. */
  path: readonly (string | number)[]
  file: string
  /** From 1. */
  line: number
  /** From 1. */
  column: number
  expected?: string | undefined
  /** What to write instead. */
  mend?: string | undefined
}

/**
 * What reading a file gives: all findings, not just the first, and a workload unless one of them is an error or (with a
 * warning, `nosana.nothing-to-run`) the file is valid but runs nothing.
 */
export interface ReadResult {
  format: WorkloadFormat
  workload?: Workload | undefined
  /** Found, as far as they only warn, and placed when first asked for: whoever wants the workload alone need not wait. */
  readonly findings: readonly Finding[]
}

export interface ReadOptions {
  /** For messages only; nothing is opened. */
  file: string
  /** Guessed from the content when absent. */
  format?: WorkloadFormat | undefined
  /** For interpolation in Compose files; empty when absent. */
  env?: Readonly<Record<string, string>> | undefined
  /** Contents of files that the document names (`env_file`, `configs`, `secrets`), by the name used there. */
  files?: Readonly<Record<string, string>> | undefined
  /**
   * Leaves secrets that `env` and `files` bring in where they are and refers to them by name: for a workload that is
   * shown or written down. One that is to run has their values.
   */
  secretsByName?: boolean | undefined
}

export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === 'error')
}
