import { errorCodes, SubletError, toProblem } from '@sublet/protocol'
import { Command, CommanderError } from 'commander'
import color from 'picocolors'
import { loadCommands } from './commands/load-commands.ts'
import { asCalled } from './output/as-called.ts'
import { describeFailure, toJson } from './output/output.ts'

async function program(args: readonly string[]): Promise<Command> {
  const sublet = new Command('sublet')
    .description('An open market for idle compute: rent it by the second, or lend yours.')
    .version('0.1.0')
    .option('--json', 'print one JSON value for scripts')
    .option('--data <dir>', 'folder of this network (default: SUBLET_DATA or ~/.sublet)')
    .enablePositionalOptions()
    .configureOutput({
      outputError: (text, write) => write(`${color.red('✗')} ${asSentence(text)}\n`),
    })
  for (const add of await loadCommands(args)) add(sublet)
  return sublet
}

/** Runs one command line. Sets `process.exitCode`; never throws, never prints a stack trace unasked. */
export async function main(args: readonly string[]): Promise<void> {
  const cli = await program(args)
  for (const command of [cli, ...withSubcommands(cli)]) {
    command.exitOverride()
    command.showHelpAfterError(`${color.cyan('→')} ${asCalled(helpHint(command), process.env)}`)
    if (!command.options.some((option) => option.long === '--json')) {
      command
        .option('--json', 'print one JSON value for scripts')
        .option('--data <dir>', 'folder of this network')
    }
  }
  try {
    await cli.parseAsync(args, { from: 'user' })
  } catch (error) {
    const wantsJson = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined).includes('--json')
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2
      // People have been told by the parser itself.
      if (wantsJson && error.exitCode !== 0) process.stdout.write(`${toJson(toProblem(usageError(error)))}\n`)
      return
    }
    const { problem, words } = describeFailure(error)
    if (wantsJson) process.stdout.write(`${toJson(problem)}\n`)
    else process.stderr.write(`${words}\n`)
    process.exitCode = errorCodes[problem.code].exitCode
  }
}

function usageError({ message, code }: CommanderError): SubletError {
  // Of a command that only groups others the parser has printed the help, and says no more than that.
  const said = code === 'commander.help' ? 'a command is missing' : message
  return new SubletError('request.invalid', asSentence(said), {
    hint: 'Run with --help for what is possible.',
  })
}

/** What the parser says, as the other errors are said: `error: unknown command 'x'\n(Did you mean y?)`. */
function asSentence(text: string): string {
  const [first = '', ...more] = text
    .replace(/^error: /, '')
    .trim()
    .split('\n')
    .map((line) => line.trim())
  const sentence = `${first.charAt(0).toUpperCase()}${first.slice(1)}`.replace(/[.:]?$/, '.')
  return [sentence, ...more.map((line) => line.replace(/^\((.*)\)$/, '$1'))].join(' ')
}

function helpHint(command: Command): string {
  const names: string[] = []
  for (let one: Command | null = command; one !== null; one = one.parent) names.unshift(one.name())
  return `\`${names.join(' ')} --help\` shows what is possible.`
}

function withSubcommands(command: Command): Command[] {
  return command.commands.flatMap((inner) => [inner, ...withSubcommands(inner)])
}
