import type { Workload } from '../workload.ts'
import type { Findings } from './findings.ts'

/** A file that was parsed and awaits its reader. */
export interface Source {
  file: string
  text: string
  /** Plain data; scalars whose spelling matters are `SpelledScalar` (see `textOf` and `plainOf`). */
  tree: unknown
  /** How many YAML documents the file holds; `tree` is the first. */
  documents: number
  env: Readonly<Record<string, string>>
  files: Readonly<Record<string, string>>
  /** Whether secrets from `env` and `files` are referred to by name. */
  secretsByName: boolean
  findings: Findings
}

/** Turns a source into the normal form, or says in `source.findings` why not. Never throws on what a file says. */
export type WorkloadReader = (source: Source) => Workload | undefined
