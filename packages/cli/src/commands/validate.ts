import { formatFinding, hasErrors, type ReadResult, readWorkload } from '@sublet/protocol'
import type { Command } from 'commander'
import { stringify } from 'yaml'
import { toJson } from '../output/output.ts'
import { commandContext, type GlobalOptions } from './context.ts'
import { expandGlobs } from './expand-globs.ts'
import { readNamedFiles, readSourceFile } from './source-file.ts'

export function addValidate(program: Command): void {
  program
    .command('validate')
    .description('check workload files and show their normal form')
    .argument('<files...>', 'files or globs: Sublet YAML, Akash SDL, Nosana job or Compose')
    .option('--strict', 'exit 1 when there are warnings')
    .option('--quiet', 'print problems only, not the normal form')
    .action(async (patterns: string[], options: { strict?: boolean; quiet?: boolean }, command: Command) => {
      const { output } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const results: (ReadResult & { file: string })[] = []
      for (const file of await expandGlobs(patterns)) {
        const source = await readSourceFile(file)
        results.push({
          file,
          ...readWorkload(source, { file, files: await readNamedFiles(file, source) }),
        })
      }
      const warned = results.some((result) => result.findings.length > 0)
      const failed = results.some((result) => hasErrors(result.findings))
      output.result(results, () =>
        results.map((result) => describe(result, options.quiet ?? false)).join('\n'),
      )
      if (failed) process.exitCode = 2
      else if (warned && options.strict) process.exitCode = 1
    })
}

function describe(result: ReadResult & { file: string }, quiet: boolean): string {
  const lines = result.findings.map(formatFinding)
  if (result.workload !== undefined) {
    lines.push(`${result.file}: ${result.format}, ${result.workload.groups.length} group(s), ok`)
    if (!quiet) lines.push(stringify(JSON.parse(toJson(result.workload))).trimEnd())
  }
  return lines.join('\n')
}
