import {
  convertToAkash,
  formatFinding,
  hasErrors,
  readWorkload,
  SubletError,
  type Workload,
  type WorkloadFormat,
  writeSubletYaml,
} from '@sublet/protocol'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { toJson } from '../output/output.ts'
import { commandContext, type GlobalOptions } from './context.ts'
import { formatOption, readInputs, readSourceFile } from './source-file.ts'

type Target = 'sublet' | 'akash'

function targetArgument(text: string): Target {
  if (text !== 'sublet' && text !== 'akash') throw new InvalidArgumentError('Write sublet or akash.')
  return text
}

const parts = ['sdl', 'manifest', 'groups', 'hash'] as const

interface ConvertOptions {
  to: Target
  only?: (typeof parts)[number]
  format?: WorkloadFormat
}

export function addConvert(program: Command): void {
  program
    .command('convert')
    .argument('<file>', 'Sublet YAML, Akash SDL, Nosana job or Compose; - for what is piped in')
    .requiredOption('--to <format>', 'sublet or akash', targetArgument)
    .addOption(
      new Option('--only <part>', 'of akash: this part alone, to be written to a file').choices(parts),
    )
    .addOption(formatOption())
    .action(async (file: string, { to, only, format }: ConvertOptions, command: Command) => {
      if (only !== undefined && to !== 'akash') command.error("error: option '--only' is for --to akash")
      const { output } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const source = await readSourceFile(file)
      const options = { file, format, ...(await readInputs(file, source, format)), secretsByName: true }
      if (to === 'akash') {
        const { akash, findings } = convertToAkash(source, options)
        say(findings, output.json)
        if (akash === undefined) throw refused(file, findings)
        if (only === undefined) {
          output.result({ ...akash, findings: told(findings) }, () => toJson(akash))
          if (!output.json && process.stdout.isTTY)
            process.stderr.write(`\n--only sdl prints the SDL alone, ready for a file.\n`)
          return
        }
        const part = akash[only]
        output.result({ [only]: part, findings: told(findings) }, () =>
          typeof part === 'string' ? part.trimEnd() : toJson(part),
        )
        return
      }
      const { workload, findings } = readWorkload(source, options)
      say(findings, output.json)
      if (workload === undefined) throw refused(file, findings)
      if (!output.json) askForSecrets(workload)
      const written = writeSubletYaml(workload)
      output.result({ sublet: written, findings: told(findings) }, () => written.trimEnd())
    })
}

type Findings = ReturnType<typeof readWorkload>['findings']

/** Warnings go to standard error, so that what was written can be piped on. */
function say(findings: Findings, json: boolean): void {
  if (json || hasErrors(findings)) return
  for (const finding of findings) process.stderr.write(`${formatFinding(finding)}\n`)
}

/** What was written refers to secrets by name; their values are nowhere in it. */
function askForSecrets(workload: Workload): void {
  const names = new Set<string>()
  for (const { env, files } of workload.groups.flatMap(({ services }) => services)) {
    for (const entry of [...env, ...files])
      if ('secret' in entry && entry.secret !== undefined) names.add(entry.secret)
  }
  if (names.size === 0) return
  const options = [...names].map((name) => `--secret ${name}=...`)
  process.stderr.write(`Give these when deploying: ${options.join(' ')}\n`)
}

function told(findings: Findings) {
  return findings.map((finding) => ({ ...finding, text: formatFinding(finding) }))
}

function refused(file: string, findings: Findings): SubletError {
  const details = { findings: told(findings) }
  return new SubletError('workload.invalid', `${file} cannot be converted.`, {
    hint: 'Mend what is named above.',
    details,
  })
}
