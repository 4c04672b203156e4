import type { LeaseEvent } from '@sublet/protocol'
import type { Command } from 'commander'
import color from 'picocolors'
import { toLine, untilInterrupted } from '../output/output.ts'
import { clockOf } from '../screen/lines.ts'
import { commandContext, type GlobalOptions } from './context.ts'
import { findLease } from './find-lease.ts'

export function addEvents(program: Command): void {
  program
    .command('events')
    .argument('<lease>', 'the start of its id, or the deployment’s name')
    .option('-f, --follow', 'go on as more happens')
    .action(async (wanted: string, options: { follow?: boolean }, command: Command) => {
      const { output, controller } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const client = await controller()
      const { leaseId } = findLease(await client.deployments(), wanted)
      await untilInterrupted(async (signal) => {
        for await (const event of client.timeline(leaseId, options, signal)) {
          process.stdout.write(`${output.json ? toLine(event) : describeEvent(event)}\n`)
        }
      })
    })
}

const marks = { info: color.dim('·'), warning: color.yellow('!'), error: color.red('✗') } as const

export function describeEvent({ atMs, level, reason, message }: LeaseEvent): string {
  return `${color.dim(clockOf(atMs, 'ms'))} ${marks[level]} ${reason.padEnd(13)} ${message}`
}
