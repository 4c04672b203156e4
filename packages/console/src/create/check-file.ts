import {
  formatFinding,
  readWorkload,
  type Validation,
  type WorkloadInputs,
  workloadInputs,
} from '@sublet/protocol'
import { type GivenInputs, nothingGiven } from './given-inputs.ts'

export interface CheckedFile extends Validation {
  /** What it takes from around it, given or not. */
  inputs: WorkloadInputs
}

/** What a file means and everything that is wrong with it: what a provider and `sublet validate` would say. */
export function checkFile(source: string, file: string, given: GivenInputs = nothingGiven): CheckedFile {
  const options = { file, files: { ...given.files }, env: { ...given.env } }
  const { format, workload, findings } = readWorkload(source, { ...options, secretsByName: true })
  const told = findings.map((finding) => ({
    severity: finding.severity,
    code: finding.code,
    message: finding.message,
    path: [...finding.path],
    file: finding.file,
    line: finding.line,
    column: finding.column,
    ...(finding.expected === undefined ? {} : { expected: finding.expected }),
    ...(finding.mend === undefined ? {} : { mend: finding.mend }),
    text: formatFinding(finding),
  }))
  return {
    format,
    findings: told,
    inputs: inputsOf(source, options),
    ...(workload === undefined ? {} : { workload }),
  }
}

/** None where the file cannot be read at all, which its findings say. Variables that every Compose file knows are not asked for. */
function inputsOf(source: string, options: Parameters<typeof workloadInputs>[1]): WorkloadInputs {
  try {
    const { files, variables } = workloadInputs(source, options)
    return { files, variables: variables.filter((name) => !name.startsWith('COMPOSE_')) }
  } catch {
    return { files: [], variables: [] }
  }
}
