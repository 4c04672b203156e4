import type { LeaseSample } from '@sublet/protocol'
import { type Command, InvalidArgumentError } from 'commander'
import { table, toLine, untilInterrupted } from '../output/output.ts'
import { usageWords } from '../usage/usage-words.ts'
import { commandContext, type GlobalOptions } from './context.ts'
import { findLease } from './find-lease.ts'

function secondsArgument(text: string): number {
  const seconds = Number(text)
  if (!(seconds >= 0.5 && seconds <= 60)) throw new InvalidArgumentError('Write seconds from 0.5 to 60.')
  return seconds
}

export function addStats(program: Command): void {
  program
    .command('stats')
    .argument('<lease>', 'the start of its id, or the deployment’s name')
    .option('-f, --follow', 'again at a beat, until Ctrl-C')
    .option('-i, --interval <seconds>', 'the beat', secondsArgument, 2)
    .action(async (wanted: string, options: { follow?: boolean; interval: number }, command: Command) => {
      const { output, controller } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const client = await controller()
      const { leaseId } = findLease(await client.deployments(), wanted)
      const query = { follow: options.follow, intervalMs: Math.round(options.interval * 1000) }
      await untilInterrupted(async (signal) => {
        let before: LeaseSample | undefined
        for await (const sample of client.stats(leaseId, query, signal)) {
          // A terminal shows the newest table alone.
          if (!output.json && options.follow && process.stdout.isTTY) process.stdout.write('\x1b[2J\x1b[H')
          process.stdout.write(`${output.json ? toLine(sample) : describeSample(sample, before)}\n`)
          before = sample
        }
      })
    })
}

/** A table of one sample; rates are told where there is one before it. */
function describeSample(sample: LeaseSample, before?: LeaseSample): string {
  const rows = usageWords(sample, before).map(({ instance, cores, memory, network, disk, gpu }) => [
    instance,
    cores,
    memory,
    network,
    disk,
    gpu,
  ])
  return table(['INSTANCE', 'CORES', 'MEMORY', 'NETWORK', 'DISK I/O', 'GPU'], rows)
}
