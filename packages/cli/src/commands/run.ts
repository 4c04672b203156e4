import { type Deployment, dollars, SubletError } from '@sublet/protocol'
import type { Command } from 'commander'
import { stringify } from 'yaml'
import type { ControllerClient } from '../controller/client.ts'
import type { Output } from '../output/output.ts'
import { type Interruption, watchThisProcess } from '../up/interruption.ts'
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
      const interruption = watchThisProcess()
      const ended = await runJob(
        client,
        output,
        {
          source: jobSource(image, words[0] === '--' ? words.slice(1) : words, options),
          file: 'run.yaml',
          format: 'sublet',
          ...(options.maxRate === undefined ? {} : { maxRatePerHour: options.maxRate }),
          ...(options.pay === undefined ? {} : { payment: options.pay }),
        },
        interruption,
      )
      const lease = ended.groups[0]?.lease
      if (output.json) output.result(ended, () => '')
      else process.stderr.write(`Paid ${dollars(lease?.paid ?? 0n)}\n`)
      process.exitCode = interruption.signal.aborted ? 130 : (lease?.exitCode ?? 1)
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

/**
 * Follows a job from order to settlement, printing its output as it comes. Who interrupts it wants it closed, also while
 * it is being ordered: nobody should pay for a job that nobody waits for.
 */
export async function runJob(
  client: ControllerClient,
  output: Output,
  input: Parameters<ControllerClient['createDeployment']>[0],
  interruption: Pick<Interruption, 'signal' | 'asked'>,
): Promise<Deployment> {
  const progress = output.progress('Looking for a provider.')
  let printed: Promise<void> | undefined
  try {
    const created = await client.createDeployment(input)
    let closed: Promise<unknown> | undefined
    void interruption.asked.then(() => {
      if (printed === undefined) progress.update('Closing it again')
      closed = client.closeDeployment(created.id)
      closed.catch(() => undefined)
    })
    for await (const deployment of client.watchDeployment(created.id)) {
      const { aborted } = interruption.signal
      const going = !aborted && deployment.phase !== 'failed'
      if (printed === undefined && going) progress.update(progressLine(deployment))
      const leaseId = deployment.groups[0]?.leaseId
      const phase = deployment.groups[0]?.lease?.phase
      if (leaseId !== undefined && !aborted && (phase === 'active' || deployment.phase === 'closed')) {
        if (printed === undefined && !output.json) {
          progress.done('Running')
          printed = printLogs(client, output, leaseId, { follow: true })
          // It may fail long before anybody waits for it.
          printed.catch(() => undefined)
        }
      }
      if (deployment.phase === 'failed' && !aborted) throw failureOf(deployment)
      if (hasEnded(deployment)) {
        if (printed === undefined && aborted) progress.failed('Closed before it ran')
        await printed
        await closed
        return deployment
      }
    }
  } catch (error) {
    if (printed === undefined) progress.failed('Not run')
    throw error
  }
  throw new SubletError('controller.unreachable', 'The controller stopped answering while the job ran.', {
    hint: 'Look with `sublet ps --all` how it ended.',
  })
}
