import { convertToAkash } from '../akash/convert-to-akash.ts'
import { formatFinding } from '../format-finding.ts'
import { readWorkload } from '../read-workload.ts'
import { writeSubletYaml } from '../sublet/write-sublet.ts'
import { workloadSchema } from '../workload.ts'

/**
 * What is wrong with how a file was read, whatever the file: a normal form that is none, a refusal without a reason,
 * a reason without a place or words. Undefined when all is well; a crash throws.
 */
export function readingProblem(text: string): string | undefined {
  const { format, workload, findings } = readWorkload(text, { file: 'fuzz.yaml' })
  const errors = findings.filter(({ severity }) => severity === 'error')
  // A file that runs nothing may be valid (Nosana takes such); a warning says so.
  if (workload === undefined && findings.length === 0) return 'refused without a reason'
  if (workload !== undefined && errors.length > 0) return 'read in spite of errors'
  const [first] = findings
  if (first !== undefined) {
    const line = formatFinding(first)
    if (!/^fuzz\.yaml:[1-9]\d*:[1-9]\d* (error|warning) [a-z]+\.[a-z0-9-]+ \S/.test(line))
      return `unexplained: ${line}`
  }
  if (workload === undefined) return undefined
  const checked = workloadSchema.safeParse(workload)
  if (!checked.success) return `no normal form: ${checked.error.message}`
  writeSubletYaml(workload)
  if (format === 'akash' && convertToAkash(text, { file: 'fuzz.yaml' }).akash === undefined)
    return 'read as Akash and not converted'
  return undefined
}
