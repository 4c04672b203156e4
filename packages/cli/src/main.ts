import { errorCodes } from '@sublet/protocol'
import { Command, CommanderError } from 'commander'
import { addClose } from './commands/close.ts'
import { addConvert } from './commands/convert.ts'
import { addDeploy } from './commands/deploy.ts'
import { addExec } from './commands/exec.ts'
import { addLogs } from './commands/logs.ts'
import { addMarket } from './commands/market.ts'
import { addProvider } from './commands/provider.ts'
import { addPs } from './commands/ps.ts'
import { addRun } from './commands/run.ts'
import { addUp } from './commands/up.ts'
import { addValidate } from './commands/validate.ts'
import { addWallet } from './commands/wallet.ts'
import { describeFailure, toJson } from './output/output.ts'

function program(): Command {
  const sublet = new Command('sublet')
    .description('An open market for idle compute: rent it by the second, or lend yours.')
    .version('0.1.0')
    .option('--json', 'print one JSON value for scripts')
    .option('--data <dir>', 'folder of this network (default: SUBLET_DATA or ~/.sublet)')
    .enablePositionalOptions()
    .showHelpAfterError('Run with --help for what is possible.')
  for (const add of [
    addUp,
    addValidate,
    addConvert,
    addDeploy,
    addRun,
    addPs,
    addLogs,
    addExec,
    addClose,
    addMarket,
    addProvider,
    addWallet,
  ]) {
    add(sublet)
  }
  return sublet
}

/** Runs one command line. Sets `process.exitCode`; never throws, never prints a stack trace unasked. */
export async function main(args: readonly string[]): Promise<void> {
  const cli = program()
  cli.exitOverride()
  for (const command of withSubcommands(cli)) {
    command.exitOverride()
    if (!command.options.some((option) => option.long === '--json')) {
      command
        .option('--json', 'print one JSON value for scripts')
        .option('--data <dir>', 'folder of this network')
    }
  }
  try {
    await cli.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2
      return
    }
    const { problem, words } = describeFailure(error)
    const wantsJson = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined).includes('--json')
    if (wantsJson) process.stdout.write(`${toJson(problem)}\n`)
    else process.stderr.write(`${words}\n`)
    process.exitCode = errorCodes[problem.code].exitCode
  }
}

function withSubcommands(command: Command): Command[] {
  return command.commands.flatMap((inner) => [inner, ...withSubcommands(inner)])
}
