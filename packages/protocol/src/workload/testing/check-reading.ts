import { convertToAkash } from '../akash/convert-to-akash.ts'
import type { ReadOptions } from '../finding.ts'
import { formatFinding } from '../format-finding.ts'
import { readWorkload } from '../read-workload.ts'
import { writeSubletYaml } from '../sublet/write-sublet.ts'
import { workloadSchema } from '../workload.ts'

const explained = /^fuzz\.yaml:[1-9]\d*:[1-9]\d* (error|warning) [a-z]+\.[a-z0-9-]+ \S/
/** How the library of the schemas explains itself when nobody has given it words. */
const foreign = /^(Invalid (input|option|string|key)|Too (small|big|few|many)|Unrecognized key|Expected )/

/**
 * What is wrong with how a file was read, whatever the file: a normal form that is none, a refusal without a reason,
 * a reason without a place or words. Undefined when all is well; a crash throws.
 */
export function readingProblem(
  text: string,
  inputs: Pick<ReadOptions, 'files' | 'env'> = {},
): string | undefined {
  const { format, workload, findings } = readWorkload(text, { file: 'fuzz.yaml', ...inputs })
  const errors = findings.filter(({ severity }) => severity === 'error')
  // A file that runs nothing may be valid (Nosana takes such); a warning says so.
  if (workload === undefined && findings.length === 0) return 'refused without a reason'
  if (workload !== undefined && errors.length > 0) return 'read in spite of errors'
  for (const finding of findings) {
    const line = formatFinding(finding)
    if (!explained.test(line)) return `unexplained: ${line}`
    if (finding.severity === 'error' && finding.expected === undefined && finding.mend === undefined)
      return `neither what was expected nor a mend: ${line}`
    if (
      finding.severity === 'error' &&
      (foreign.test(finding.message) || foreign.test(finding.expected ?? ''))
    )
      return `in the words of the schema's library: ${line}`
  }
  if (workload === undefined) return undefined
  const checked = workloadSchema.safeParse(workload)
  if (!checked.success) return `no normal form: ${checked.error.message}`
  writeSubletYaml(workload)
  if (format === 'akash' && convertToAkash(text, { file: 'fuzz.yaml' }).akash === undefined)
    return 'read as Akash and not converted'
  return undefined
}
