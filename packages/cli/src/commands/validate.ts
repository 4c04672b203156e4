import {
  type Finding,
  formatFinding,
  hasErrors,
  isSubletError,
  type ReadResult,
  readWorkload,
  type Workload,
  type WorkloadFormat,
} from '@sublet/protocol'
import type { Command } from 'commander'
import { stringify } from 'yaml'
import { toJson } from '../output/output.ts'
import { commandContext, type GlobalOptions } from './context.ts'
import { expandGlobs } from './expand-globs.ts'
import { formatOption, readInputs, readSourceFile } from './source-file.ts'

type Place = Pick<Finding, 'line' | 'column'>

/** What is known of one file; without a format where it could not even be opened. */
type Checked = Omit<ReadResult, 'format'> & Partial<Pick<ReadResult, 'format'>> & { file: string }

interface ValidateOptions {
  format?: WorkloadFormat
  strict?: boolean
  quiet?: boolean
}

export function addValidate(program: Command): void {
  program
    .command('validate')
    .argument(
      '<files...>',
      'files or globs: Sublet YAML, Akash SDL, Nosana job or Compose; - for what is piped in',
    )
    .addOption(formatOption())
    .option('--strict', 'exit 1 when there are warnings')
    .option('--quiet', 'print problems only, not the normal form that is shown of a single file')
    .action(async (patterns: string[], options: ValidateOptions, command: Command) => {
      const { output } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const results: Checked[] = []
      for (const file of await expandGlobs(patterns)) results.push(await check(file, options.format))
      const warned = results.some((result) => result.findings.length > 0)
      const failed = results.some((result) => hasErrors(result.findings))
      output.result(results, () => describeAll(results, options.quiet ?? false))
      if (failed) process.exitCode = 2
      else if (warned && options.strict) process.exitCode = 1
    })
}

/** One file that cannot be opened must not hide what is wrong in the others. */
async function check(file: string, format: WorkloadFormat | undefined): Promise<Checked> {
  try {
    const source = await readSourceFile(file)
    const inputs = await readInputs(file, source, format)
    const read = readWorkload(source, { file, format, ...inputs, secretsByName: true })
    return { file, format: read.format, workload: read.workload, findings: read.findings }
  } catch (error) {
    if (!isSubletError(error)) throw error
    const { code, message, hint: mend, details } = error
    const { line, column } = (details?.place as Place | undefined) ?? { line: 1, column: 1 }
    const finding: Finding = { severity: 'error', code, message, path: [], file, line, column, mend }
    return { file, findings: [finding] }
  }
}

/** Of many files the normal forms would bury what is wrong, so their count stands in place of them. */
function describeAll(results: readonly Checked[], quiet: boolean): string {
  const [only] = results
  if (results.length === 1 && only !== undefined) {
    const form = only.workload === undefined || quiet ? [] : [normalForm(only.workload)]
    return [...describe(only), ...form].join('\n')
  }
  const refused = results.filter(({ findings }) => hasErrors(findings)).length
  const warned = results.filter(({ findings }) => findings.length > 0).length - refused
  const counts = [`${results.length} files`, `${results.length - refused} ok`]
  if (warned > 0) counts.push(`${warned} of them with warnings`)
  if (refused > 0) counts.push(`${refused} with errors`)
  return [...results.flatMap(describe), counts.join(', ')].join('\n')
}

function describe(result: Checked): string[] {
  const lines = result.findings.map(formatFinding)
  if (result.workload !== undefined) {
    const { length } = result.workload.groups
    lines.push(`${result.file}: ${result.format}, ${length} ${length === 1 ? 'group' : 'groups'}, ok`)
  }
  return lines
}

function normalForm(workload: Workload): string {
  return stringify(JSON.parse(toJson(workload))).trimEnd()
}
