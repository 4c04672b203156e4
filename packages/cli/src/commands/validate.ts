import {
  type Finding,
  formatFinding,
  hasErrors,
  isSubletError,
  type ReadResult,
  readWorkload,
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
    .option('--quiet', 'print problems only, not the normal form')
    .action(async (patterns: string[], options: ValidateOptions, command: Command) => {
      const { output } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const results: Checked[] = []
      for (const file of await expandGlobs(patterns)) results.push(await check(file, options.format))
      const warned = results.some((result) => result.findings.length > 0)
      const failed = results.some((result) => hasErrors(result.findings))
      output.result(results, () =>
        results.flatMap((result) => describe(result, options.quiet ?? false)).join('\n'),
      )
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

function describe(result: Checked, quiet: boolean): string[] {
  const lines = result.findings.map(formatFinding)
  if (result.workload !== undefined) {
    const { length } = result.workload.groups
    lines.push(`${result.file}: ${result.format}, ${length} ${length === 1 ? 'group' : 'groups'}, ok`)
    if (!quiet) lines.push(stringify(JSON.parse(toJson(result.workload))).trimEnd())
  }
  return lines
}
