import { select } from '@clack/prompts'
import {
  type CreateDeployment,
  type Deployment,
  type DeploymentGroup,
  formatFinding,
  hasErrors,
  parseDollars,
  perHour,
  readWorkload,
  SubletError,
  type WorkloadFormat,
} from '@sublet/protocol'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ControllerClient } from '../controller/client.ts'
import type { Output } from '../output/output.ts'
import { watchThisProcess } from '../up/interruption.ts'
import { commandContext, type GlobalOptions } from './context.ts'
import { failureOf, isSettled, progressLine, summary } from './deployment-progress.ts'
import { printLogs } from './logs.ts'
import { formatOption, readInputs, readSourceFile } from './source-file.ts'

export function rateArgument(text: string): bigint {
  const rate = parseDollars(text)
  if (rate === undefined) throw new InvalidArgumentError('Write dollars per hour, such as 0.40.')
  return rate
}

function secretArgument(text: string, before: Record<string, string>): Record<string, string> {
  const cut = text.indexOf('=')
  if (cut < 1) throw new InvalidArgumentError('Write NAME=VALUE, or NAME= to take it from the environment.')
  const name = text.slice(0, cut)
  const value = text.slice(cut + 1) || process.env[name]
  if (value === undefined) throw new InvalidArgumentError(`The environment has no ${name}.`)
  return { ...before, [name]: value }
}

/** How to pay: out of the escrow, which opens a lease on chain, or by vouchers, which need no transaction for each. */
export function payOption(): Option {
  return new Option('--pay <how>', 'by `voucher`: no transaction for each lease, for short jobs').choices([
    'voucher',
  ])
}

interface DeployOptions {
  maxRate?: bigint
  pick?: boolean
  pay?: 'voucher'
  follow?: boolean
  format?: WorkloadFormat
  secret: Record<string, string>
}

export function addDeploy(program: Command): void {
  program
    .command('deploy')
    .argument('<file>', 'Sublet YAML, Akash SDL, Nosana job or Compose; - for what is piped in')
    .option('--max-rate <dollars>', 'highest rate per hour for each group', rateArgument)
    .addOption(payOption())
    .option('--pick', 'choose among the bids yourself')
    .option('--follow', 'then follow its output')
    .addOption(formatOption())
    .option('--secret <name=value>', 'a secret that the file refers to; may be repeated', secretArgument, {})
    .action(async (file: string, options: DeployOptions, command: Command) => {
      const { output, controller } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const source = await readSourceFile(file)
      const client = await controller()
      const interruption = watchThisProcess()
      const deployment = await deployOrClose(
        client,
        output,
        {
          source,
          file,
          ...(options.format === undefined ? {} : { format: options.format }),
          ...(await readInputs(file, source, options.format)),
          secrets: options.secret,
          ...(options.maxRate === undefined ? {} : { maxRatePerHour: options.maxRate }),
          ...(options.pay === undefined ? {} : { payment: options.pay }),
          ...(options.pick === undefined ? {} : { pick: options.pick }),
        },
        interruption.signal,
      )
      interruption.release()
      if (deployment === undefined) {
        process.exitCode = 130
        return
      }
      output.result(deployment, () => summary(deployment))
      const leaseId = deployment.groups[0]?.leaseId
      if (options.follow && leaseId !== undefined) await printLogs(client, output, leaseId, { follow: true })
    })
}

/** As `deployAndWait`. Who interrupts it before it runs wants it closed: then it gives nothing. */
export async function deployOrClose(
  client: ControllerClient,
  output: Output,
  input: CreateDeployment,
  signal: AbortSignal,
): Promise<Deployment | undefined> {
  let created: Deployment | undefined
  try {
    return await deployAndWait(client, output, input, signal, (deployment) => {
      created = deployment
    })
  } catch (error) {
    if (!signal.aborted || created === undefined) throw error
    const progress = output.progress(`Closing ${created.name}`)
    try {
      await client.closeDeployment(created.id)
    } catch (failure) {
      progress.failed(`${created.name} could not be closed`)
      throw failure
    }
    progress.done(`${created.name} is closed; it did not run yet`)
    return undefined
  }
}

/** Orders, shows what happens, lets a person pick where asked, and returns once it runs. Throws what went wrong. */
export async function deployAndWait(
  client: ControllerClient,
  output: Output,
  input: CreateDeployment,
  signal?: AbortSignal,
  onCreated: (deployment: Deployment) => void = () => {},
): Promise<Deployment> {
  warnOf(input)
  let progress = output.progress(`Reading ${input.file}`)
  try {
    const created = await client.createDeployment(input)
    onCreated(created)
    const picked = new Set<string>()
    for await (const deployment of client.watchDeployment(created.id, signal)) {
      if (deployment.phase !== 'failed') progress.update(progressLine(deployment))
      if (deployment.phase === 'picking' && deployment.groups.some((group) => mayPick(group, picked))) {
        // Questions are asked on the same lines of the terminal.
        progress.done(progressLine(deployment))
        await pickBids(client, deployment, picked)
        progress = output.progress('Going on')
      }
      if (deployment.phase === 'failed') throw failureOf(deployment)
      if (isSettled(deployment)) {
        progress.done(`${deployment.name} is ${deployment.phase}`)
        return deployment
      }
    }
    throw new SubletError(
      'controller.unreachable',
      'The controller stopped answering while it was deploying.',
      {
        hint: 'Look with `sublet ps` whether it came up.',
      },
    )
  } catch (error) {
    progress.failed(signal?.aborted ? 'Stopped' : 'Not deployed')
    throw error
  }
}

/** What may not be as its author thinks, before anything is rented. What is wrong, the controller says. */
function warnOf({ source, ...options }: CreateDeployment): void {
  const { findings } = readWorkload(source, options)
  if (hasErrors(findings)) return
  for (const finding of findings) process.stderr.write(`${formatFinding(finding)}\n`)
}

function mayPick(group: DeploymentGroup, picked: ReadonlySet<string>): boolean {
  return group.bids.length > 0 && group.leaseId === undefined && !picked.has(group.name)
}

async function pickBids(
  client: ControllerClient,
  deployment: Deployment,
  picked: Set<string>,
): Promise<void> {
  for (const group of deployment.groups) {
    if (!mayPick(group, picked)) continue
    if (!process.stdin.isTTY) {
      throw new SubletError('request.invalid', '--pick needs a terminal to ask in.', {
        hint: 'Leave --pick out, or choose in the console.',
      })
    }
    const provider = await select({
      message: `Which bid for ${group.name}?`,
      options: group.bids.map((bid) => ({
        value: bid.provider as string,
        label: `${perHour(bid.agreement.ratePerHour)}  ${bid.hardware.join(', ')}  ${bid.region}`,
        hint: bid.provider,
      })),
    })
    if (typeof provider !== 'string') {
      await client.closeDeployment(deployment.id)
      throw new SubletError('order.expired', 'Nothing was picked.', {
        hint: 'Deploy again when you are ready.',
      })
    }
    picked.add(group.name)
    await client.pick(deployment.id, group.name, provider)
  }
}
