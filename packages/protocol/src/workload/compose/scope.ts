import type { Findings } from '../source/findings.ts'
import type { ComposeFile } from './compose-schema.ts'
import type { EnvBudget } from './env-file.ts'

/** What the parts of a Compose file are read with. */
export interface Scope {
  file: ComposeFile
  /** Variables of the person who deploys. */
  env: Readonly<Record<string, string>>
  /** Contents of the files that the document names. */
  files: Readonly<Record<string, string>>
  /** What the `env_file`s of all services may still bring in. */
  envBudget: EnvBudget
  /** Variables whose values went into the text at a path; undefined for a text as it was written. */
  filledBy: (path: readonly (string | number)[]) => readonly string[] | undefined
  /** Whether secrets from `env` and `files` are referred to by name. */
  secretsByName: boolean
  findings: Findings
}
