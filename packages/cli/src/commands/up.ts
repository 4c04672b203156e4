import { isIP } from 'node:net'
import { type Deployment, dollars, SubletError } from '@sublet/protocol'
import { type Command, InvalidArgumentError } from 'commander'
import color from 'picocolors'
import { type ControllerClient, createControllerClient } from '../controller/client.ts'
import type { Output } from '../output/output.ts'
import { unlessAborted, watchThisProcess } from '../up/interruption.ts'
import { costLine, costLines, onceReport, upReport } from '../up/report.ts'
import type { Network } from '../up/start-network.ts'
import { commandContext, type GlobalOptions } from './context.ts'
import { deployAndWait } from './deploy.ts'
import { failureOf } from './deployment-progress.ts'
import { readInputs, readSourceFile } from './source-file.ts'

interface UpOptions {
  port: number
  once?: string
  deploy?: string
  runtime: 'auto' | 'docker' | 'host'
  outboundAllow: readonly string[]
}

function portArgument(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65_533) {
    throw new InvalidArgumentError('Write a port from 1 to 65533; the two after it are used as well.')
  }
  return port
}

function runtimeArgument(text: string): UpOptions['runtime'] {
  if (text !== 'auto' && text !== 'docker' && text !== 'host') {
    throw new InvalidArgumentError('Write auto, docker or host.')
  }
  return text
}

function rangeArgument(text: string, before: readonly string[]): readonly string[] {
  const [address = '', bits = '0', ...rest] = text.split('/')
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  if (rest.length > 0 || !/^\d+$/.test(bits) || Number(bits) > most) {
    throw new InvalidArgumentError('Write an address or a range, such as 10.1.2.3 or 192.168.0.0/16.')
  }
  return [...before, text]
}

export function addUp(program: Command): void {
  program
    .command('up')
    .option('--port <port>', 'console at this port, relay and tunnel at the next two', portArgument, 8080)
    .option('--deploy <file>', 'rent this as soon as it is up')
    .option('--once <file>', 'rent this, wait until it answers or ends, close it, settle, and leave')
    .option('--runtime <runtime>', 'docker, host, or auto: Docker where it is there', runtimeArgument, 'auto')
    .option(
      '--outbound-allow <range>',
      'an address or range that fetches and snapshots may reach besides the public internet; may be repeated',
      rangeArgument,
      [],
    )
    .action(async (options: UpOptions, command: Command) => {
      const { output, dataDir } = commandContext(command.optsWithGlobals<GlobalOptions>())
      // Read before anything starts: a wrong path should not cost the wait.
      const file = options.once ?? options.deploy
      const source = file === undefined ? undefined : await readSourceFile(file)
      const interruption = watchThisProcess()
      const { signal } = interruption
      const network = await unlessEnded(started(output, dataDir, options, signal))
      if (network === undefined) return
      try {
        await unlessEnded(serve(network))
      } finally {
        await stopped(output, network)
      }

      /** What a person has ended did not fail. */
      async function unlessEnded<T>(work: Promise<T>): Promise<T | undefined> {
        try {
          return await work
        } catch (error) {
          if (!signal.aborted) throw error
          process.exitCode = 130
          return undefined
        }
      }

      async function serve(network: Network): Promise<void> {
        const client = createControllerClient({ url: network.controllerUrl, token: network.token })
        const deployment =
          file === undefined || source === undefined
            ? undefined
            : await unlessAborted(
                signal,
                firstDeployment(
                  client,
                  output,
                  { file, source, ...(await readInputs(file, source)) },
                  signal,
                ),
              )
        if (options.once !== undefined && deployment !== undefined)
          await unlessAborted(signal, finishOnce(client, output, deployment, signal))
        else {
          sayItIsUp(output, network, deployment)
          await stayUp(client, output, deployment, interruption.asked)
        }
      }
    })
}

async function started(
  output: Output,
  dataDir: string,
  options: UpOptions,
  signal: AbortSignal,
): Promise<Network> {
  const progress = output.progress('Starting')
  try {
    // Only here: the other commands should not wait for every daemon's code to load.
    const { startNetwork } = await import('../up/start-network.ts')
    const network = await startNetwork({
      dataDir,
      port: options.port,
      runtime: options.runtime,
      outboundAllow: options.outboundAllow,
      env: process.env,
      onStep: (message) => progress.update(message),
      signal,
    })
    progress.done('The network is up')
    return network
  } catch (error) {
    progress.failed(signal.aborted ? 'Stopped before it was up' : 'The network did not start')
    throw error
  }
}

/** The deployment of that file which an earlier run left, or a new one. */
async function firstDeployment(
  client: ControllerClient,
  output: Output,
  input: { file: string; source: string; files: Record<string, string> },
  signal: AbortSignal,
): Promise<Deployment> {
  const before = await client.deployments()
  const name = nameIn(input.source)
  const standing = before.find(
    (one) => one.name === name && !['closed', 'failed', 'closing'].includes(one.phase),
  )
  if (standing === undefined) return deployAndWait(client, output, input, signal)
  for await (const deployment of client.watchDeployment(standing.id, signal)) {
    if (deployment.phase === 'running') return deployment
    if (deployment.phase === 'failed') throw failureOf(deployment)
    if (deployment.phase === 'closed') break
  }
  return deployAndWait(client, output, input, signal)
}

/** The name that a file gives its deployment, where it says one at its top. */
function nameIn(source: string): string | undefined {
  return /^name:\s*["']?([a-z][-a-z0-9]*)/m.exec(source)?.[1]
}

/** A service is done when it has answered, a job when it has ended; then it is closed and settled. */
async function finishOnce(
  client: ControllerClient,
  output: Output,
  opened: Deployment,
  signal: AbortSignal,
): Promise<void> {
  const isJob = opened.groups.every((group) => (group.lease?.endpoints.length ?? 0) === 0)
  let last = opened
  if (isJob && opened.phase !== 'closed') {
    for await (const deployment of client.watchDeployment(opened.id)) {
      last = deployment
      if (deployment.phase === 'failed') throw failureOf(deployment)
      if (deployment.phase === 'closed') break
    }
  } else if (opened.phase === 'running') {
    last = await answered(client, opened)
  }
  const closed = last.phase === 'closed' ? last : await client.closeDeployment(opened.id)
  // It was closed because a person has ended it: that is no result.
  signal.throwIfAborted()
  const report = onceReport(last, closed)
  if (report.exitCode !== 0) throw endedBadly(closed, report)
  if (!isJob && last.timings.answered === undefined) throw neverAnswered(closed, report)
  output.result(report, () => `Paid ${dollars(report.paid)}, got ${dollars(report.refunded)} back.`)
}

function endedBadly({ name, groups }: Deployment, report: ReturnType<typeof onceReport>): SubletError {
  const lastLogLines = groups.flatMap(({ lease }) => lease?.lastLogLines ?? [])
  return new SubletError('workload.crashed', `${name} ended with exit code ${report.exitCode}.`, {
    hint: 'Its last lines say why, or its output: `sublet logs` while the network is up.',
    details: { ...report, ...(lastLogLines.length === 0 ? {} : { lastLogLines }) },
  })
}

function neverAnswered({ name }: Deployment, report: ReturnType<typeof onceReport>): SubletError {
  return new SubletError('workload.unready', `${name} ended before it answered at its URL.`, {
    hint: 'Work that ends by itself is a job: leave its ports out, or write `job: true`.',
    details: { ...report },
  })
}

/** The controller notes the moment at which an endpoint first answered. */
async function answered(client: ControllerClient, running: Deployment): Promise<Deployment> {
  const deadline = AbortSignal.timeout(60_000)
  try {
    for await (const deployment of client.watchDeployment(running.id, deadline)) {
      if (deployment.timings.answered !== undefined || deployment.phase !== 'running') return deployment
    }
  } catch (error) {
    if (!deadline.aborted) throw error
  }
  throw new SubletError('workload.unready', `${running.name} runs but does not answer at its URL.`, {
    hint: `Look at its output: \`sublet logs ${running.name}\`.`,
  })
}

function sayItIsUp(output: Output, network: Network, deployment: Deployment | undefined): void {
  output.result(upReport(network, deployment), () => {
    const lines = ['', `${color.bold('Console')}   ${network.consoleUrl}`]
    if (network.runtime === 'host') {
      const { what, cure } = network.runtimeLack ?? { what: '', cure: '' }
      lines.push(
        `${color.yellow('Runtime')}   Leases run as this machine’s own processes, without isolation, and only yours.`,
        ...(what === '' ? [] : [`          ${what} ${cure}`]),
      )
    }
    lines.push(
      deployment === undefined
        ? `${color.bold('Next')}      \`sublet deploy examples/hello.yaml\` in another terminal`
        : costLines(deployment, Date.now()).join('\n'),
      color.dim('Ctrl-C closes the leases, settles and stops everything.'),
    )
    return lines.join('\n')
  })
}

/** Keeps the cost in sight on a terminal until Ctrl-C. */
async function stayUp(
  client: ControllerClient,
  output: Output,
  deployment: Deployment | undefined,
  interrupted: Promise<void>,
): Promise<void> {
  if (deployment === undefined || output.json || !process.stdout.isTTY) return interrupted
  let latest = deployment
  const watching = new AbortController()
  void (async () => {
    for await (const next of client.watchDeployment(deployment.id, watching.signal)) latest = next
  })().catch(() => undefined)
  const timer = setInterval(() => {
    const line = costLine(latest, Date.now(), (process.stdout.columns || 80) - 1)
    process.stdout.write(`\r\u001b[2K${line}`)
  }, 1000)
  await interrupted
  clearInterval(timer)
  watching.abort()
  process.stdout.write('\n')
}

async function stopped(output: Output, network: Network): Promise<void> {
  const progress = output.progress('Closing leases, settling, stopping')
  try {
    const { unsettled } = await network.stop()
    if (unsettled > 0) throw unsettledError(unsettled)
    progress.done('Everything is closed and stopped')
  } catch (error) {
    progress.failed('Not everything could be stopped')
    throw error
  }
}

function unsettledError(unsettled: number): SubletError {
  return new SubletError(
    'lease.unsettled',
    `All is stopped but for ${unsettled === 1 ? 'a lease' : `${unsettled} leases`} that could not be settled.`,
    { hint: 'Run `sublet up` again with the same --data: it takes them over, and Ctrl-C settles them.' },
  )
}
