import type { Findings } from '../source/findings.ts'
import type { ComposeFile } from './compose-schema.ts'

/** What the parts of a Compose file are read with. */
export interface Scope {
  file: ComposeFile
  /** Variables of the person who deploys. */
  env: Readonly<Record<string, string>>
  /** Contents of the files that the document names. */
  files: Readonly<Record<string, string>>
  /** Whether variables filled in the text at a path, so that the file itself does not hold its value. */
  isFilled: (path: readonly (string | number)[]) => boolean
  findings: Findings
}
