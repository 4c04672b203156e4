import { type Command, InvalidArgumentError } from 'commander'
import color from 'picocolors'
import type { ControllerClient, LogQuery } from '../controller/client.ts'
import { type Output, untilInterrupted } from '../output/output.ts'
import { commandContext, type GlobalOptions } from './context.ts'
import { checkService, findLease } from './find-lease.ts'

function countArgument(text: string): number {
  const count = Number(text)
  if (!Number.isSafeInteger(count) || count < 0) throw new InvalidArgumentError('Write a whole number.')
  return count
}

export function addLogs(program: Command): void {
  program
    .command('logs')
    .argument('<lease>', 'the start of its id, or the deployment’s name')
    .option('-f, --follow', 'go on as more comes')
    .option('-n, --tail <lines>', 'only the last lines', countArgument)
    .option('-s, --service <name>', 'only this service')
    .action(async (wanted: string, options: LogQuery, command: Command) => {
      const { output, controller } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const client = await controller()
      const found = findLease(await client.deployments(), wanted)
      checkService(found, options.service)
      await printLogs(client, output, found.leaseId, options)
    })
}

/** With `--json` one JSON object a line, so that a script can follow too. Ends quietly on Ctrl-C. */
export async function printLogs(
  client: ControllerClient,
  output: Output,
  leaseId: string,
  query: LogQuery,
): Promise<void> {
  const services = new Set<string>()
  await untilInterrupted(async (signal) => {
    for await (const line of client.logs(leaseId, query, signal)) {
      services.add(line.service)
      if (output.json) process.stdout.write(`${JSON.stringify(line)}\n`)
      else {
        const prefix =
          services.size > 1 || line.replica > 0 ? color.dim(`${line.service}/${line.replica} `) : ''
        const target = line.stream === 'stderr' ? process.stderr : process.stdout
        target.write(`${prefix}${line.text}\n`)
      }
    }
  })
}
