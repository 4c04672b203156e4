import {
  convertToAkash,
  formatFinding,
  hasErrors,
  readWorkload,
  SubletError,
  writeSubletYaml,
} from '@sublet/protocol'
import { type Command, InvalidArgumentError } from 'commander'
import { toJson } from '../output/output.ts'
import { commandContext, type GlobalOptions } from './context.ts'
import { readNamedFiles, readSourceFile } from './source-file.ts'

type Target = 'sublet' | 'akash'

function targetArgument(text: string): Target {
  if (text !== 'sublet' && text !== 'akash') throw new InvalidArgumentError('Write sublet or akash.')
  return text
}

export function addConvert(program: Command): void {
  program
    .command('convert')
    .description('the same workload in another format; for akash its manifest, groups and hash')
    .argument('<file>', 'Sublet YAML, Akash SDL, Nosana job or Compose')
    .requiredOption('--to <format>', 'sublet or akash', targetArgument)
    .action(async (file: string, { to }: { to: Target }, command: Command) => {
      const { output } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const source = await readSourceFile(file)
      const options = { file, files: await readNamedFiles(file, source) }
      if (to === 'akash') {
        const { akash, findings } = convertToAkash(source, options)
        say(findings, output.json)
        if (akash === undefined) throw refused(file, findings)
        output.result(akash, () => toJson(akash))
        return
      }
      const { workload, findings } = readWorkload(source, options)
      say(findings, output.json)
      if (workload === undefined) throw refused(file, findings)
      const written = writeSubletYaml(workload)
      output.result({ sublet: written }, () => written.trimEnd())
    })
}

type Findings = ReturnType<typeof readWorkload>['findings']

/** Warnings go to standard error, so that what was written can be piped on. */
function say(findings: Findings, json: boolean): void {
  if (json || hasErrors(findings)) return
  for (const finding of findings) process.stderr.write(`${formatFinding(finding)}\n`)
}

function refused(file: string, findings: Findings): SubletError {
  const details = { findings: findings.map((finding) => ({ ...finding, text: formatFinding(finding) })) }
  return new SubletError('workload.invalid', `${file} cannot be converted.`, {
    hint: 'Mend what is named above.',
    details,
  })
}
