import { type Deployment, dollars, SubletError } from '@sublet/protocol'
import type { Command } from 'commander'
import { stringify } from 'yaml'
import type { ControllerClient } from '../controller/client.ts'
import type { Output } from '../output/output.ts'
import { commandContext, type GlobalOptions } from './context.ts'
import { payOption, rateArgument } from './deploy.ts'
import { failureOf, progressLine } from './deployment-progress.ts'
import { printLogs } from './logs.ts'

interface RunOptions {
  gpu?: string
  cpu?: string
  memory?: string
  maxRate?: bigint
  pay?: 'voucher'
}

export function addRun(program: Command): void {
  program
    .command('run')
    .description('one job: its output, its exit code')
    .argument('<image>', 'container image')
    .argument('[command...]', 'the command, after --')
    .option('--gpu <model>', 'a GPU of this model, or `any`')
    .option('--cpu <cores>', 'cores, 0.5 unless said otherwise')
    .option('--memory <size>', 'such as 512Mi')
    .option('--max-rate <dollars>', 'highest rate per hour', rateArgument)
    .addOption(payOption())
    .passThroughOptions()
    .action(async (image: string, words: string[], options: RunOptions, command: Command) => {
      const { output, controller } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const client = await controller()
      const ended = await runJob(client, output, {
        source: jobSource(image, words[0] === '--' ? words.slice(1) : words, options),
        file: 'run.yaml',
        format: 'sublet',
        ...(options.maxRate === undefined ? {} : { maxRatePerHour: options.maxRate }),
        ...(options.pay === undefined ? {} : { payment: options.pay }),
      })
      const lease = ended.groups[0]?.lease
      if (output.json) output.result(ended, () => '')
      else process.stderr.write(`Paid ${dollars(lease?.paid ?? 0n)}\n`)
      process.exitCode = lease?.exitCode ?? 1
    })
}

/** The job as a Sublet file, so that `run` goes the same way as `deploy`. */
export function jobSource(image: string, words: readonly string[], options: RunOptions): string {
  const gpu =
    options.gpu === undefined ? {} : { gpu: options.gpu === 'any' ? 1 : { model: options.gpu, count: 1 } }
  return stringify({
    image,
    ...(words.length === 0 ? {} : { args: words }),
    ...(options.cpu === undefined ? {} : { cpu: options.cpu }),
    ...(options.memory === undefined ? {} : { memory: options.memory }),
    ...gpu,
    job: true,
  })
}

const hasEnded = (deployment: Deployment) => deployment.phase === 'closed' || deployment.phase === 'failed'

/** Follows a job from order to settlement, printing its output as it comes. Ctrl-C closes it. */
async function runJob(
  client: ControllerClient,
  output: Output,
  input: Parameters<ControllerClient['createDeployment']>[0],
): Promise<Deployment> {
  const progress = output.progress('Looking for a provider')
  const created = await client.createDeployment(input)
  const onInterrupt = () => void client.closeDeployment(created.id).catch(() => undefined)
  process.on('SIGINT', onInterrupt)
  let printed: Promise<void> | undefined
  try {
    for await (const deployment of client.watchDeployment(created.id)) {
      if (printed === undefined) progress.update(progressLine(deployment))
      const leaseId = deployment.groups[0]?.leaseId
      const phase = deployment.groups[0]?.lease?.phase
      if (leaseId !== undefined && (phase === 'active' || deployment.phase === 'closed')) {
        if (printed === undefined && !output.json) {
          progress.done('Running')
          printed = printLogs(client, output, leaseId, { follow: true })
          // It may fail long before anybody waits for it.
          printed.catch(() => undefined)
        }
      }
      if (deployment.phase === 'failed') throw failureOf(deployment)
      if (hasEnded(deployment)) {
        await printed
        return deployment
      }
    }
  } catch (error) {
    if (printed === undefined) progress.failed('Not run')
    throw error
  } finally {
    process.removeListener('SIGINT', onInterrupt)
  }
  throw new SubletError('controller.unreachable', 'The controller stopped answering while the job ran.', {
    hint: 'Look with `sublet ps --all` how it ended.',
  })
}
