import { type Deployment, SubletError } from '@sublet/protocol'
import { type Command, InvalidArgumentError } from 'commander'
import color from 'picocolors'
import { type ControllerClient, createControllerClient } from '../controller/client.ts'
import type { Output } from '../output/output.ts'
import { costLines, onceReport, upReport } from '../up/report.ts'
import type { Network } from '../up/start-network.ts'
import { commandContext, type GlobalOptions } from './context.ts'
import { deployAndWait } from './deploy.ts'
import { failureOf } from './deployment-progress.ts'
import { readNamedFiles, readSourceFile } from './source-file.ts'

interface UpOptions {
  port: number
  once?: string
  deploy?: string
  runtime: 'auto' | 'docker' | 'host'
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

export function addUp(program: Command): void {
  program
    .command('up')
    .description('the whole network, here')
    .option('--port <port>', 'console at this port, relay and tunnel at the next two', portArgument, 8080)
    .option('--deploy <file>', 'rent this as soon as it is up')
    .option('--once <file>', 'rent this, wait until it answers or ends, close it, settle, and leave')
    .option('--runtime <runtime>', 'docker, host, or auto: Docker where it is there', runtimeArgument, 'auto')
    .action(async (options: UpOptions, command: Command) => {
      const { output, dataDir } = commandContext(command.optsWithGlobals<GlobalOptions>())
      // Read before anything starts: a wrong path should not cost the wait.
      const file = options.once ?? options.deploy
      const source = file === undefined ? undefined : await readSourceFile(file)
      const interrupted = interruption()
      const network = await started(output, dataDir, options)
      try {
        const client = createControllerClient({ url: network.controllerUrl, token: network.token })
        const deployment =
          file === undefined || source === undefined
            ? undefined
            : await firstDeployment(client, output, {
                file,
                source,
                files: await readNamedFiles(file, source),
              })
        if (options.once !== undefined && deployment !== undefined)
          await finishOnce(client, output, deployment)
        else {
          sayItIsUp(output, network, deployment)
          await stayUp(client, output, deployment, interrupted)
        }
      } finally {
        await stopped(output, network)
      }
    })
}

/** Resolves at the first Ctrl-C or SIGTERM; a second one leaves at once, with everything left to be adopted. */
function interruption(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false
    const onSignal = () => {
      if (asked) process.exit(130)
      asked = true
      resolve()
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  })
}

async function started(output: Output, dataDir: string, options: UpOptions): Promise<Network> {
  const progress = output.progress('Starting')
  try {
    // Only here: the other commands should not wait for every daemon's code to load.
    const { startNetwork } = await import('../up/start-network.ts')
    const network = await startNetwork({
      dataDir,
      port: options.port,
      runtime: options.runtime,
      env: process.env,
      onStep: (message) => progress.update(message),
    })
    progress.done('The network is up')
    return network
  } catch (error) {
    progress.failed('The network did not start')
    throw error
  }
}

/** The deployment of that file which an earlier run left, or a new one. */
async function firstDeployment(
  client: ControllerClient,
  output: Output,
  input: { file: string; source: string; files: Record<string, string> },
): Promise<Deployment> {
  const before = await client.deployments()
  const name = nameIn(input.source)
  const standing = before.find(
    (one) => one.name === name && !['closed', 'failed', 'closing'].includes(one.phase),
  )
  if (standing === undefined) return deployAndWait(client, output, input)
  for await (const deployment of client.watchDeployment(standing.id)) {
    if (deployment.phase === 'running') return deployment
    if (deployment.phase === 'failed') throw failureOf(deployment)
    if (deployment.phase === 'closed') break
  }
  return deployAndWait(client, output, input)
}

/** The name that a file gives its deployment, where it says one at its top. */
function nameIn(source: string): string | undefined {
  return /^name:\s*["']?([a-z][-a-z0-9]*)/m.exec(source)?.[1]
}

/** A service is done when it has answered, a job when it has ended; then it is closed and settled. */
async function finishOnce(client: ControllerClient, output: Output, opened: Deployment): Promise<void> {
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
  const report = onceReport(last, closed)
  output.result(report, () => `Paid ${report.paid}, refunded ${report.refunded} (millionths of a dollar).`)
  process.exitCode = report.exitCode === 0 ? 0 : 1
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
    hint: `Look at its output: sublet logs ${running.name}`,
  })
}

function sayItIsUp(output: Output, network: Network, deployment: Deployment | undefined): void {
  output.result(upReport(network, deployment), () => {
    const lines = ['', `${color.bold('Console')}   ${network.consoleUrl}`]
    if (network.runtime === 'host') {
      lines.push(
        `${color.yellow('No Docker')} leases run as this machine’s own processes, without isolation, and only yours.`,
      )
    }
    lines.push(
      deployment === undefined
        ? `${color.bold('Next')}      sublet deploy examples/hello.yaml   in another terminal`
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
    process.stdout.write(`\r\u001b[2K${costLines(latest, Date.now()).at(0) ?? latest.message}`)
  }, 1000)
  await interrupted
  clearInterval(timer)
  watching.abort()
  process.stdout.write('\n')
}

async function stopped(output: Output, network: Network): Promise<void> {
  const progress = output.progress('Closing leases, settling, stopping')
  try {
    await network.stop()
    progress.done('Everything is closed and stopped')
  } catch (error) {
    progress.failed('Not everything could be stopped')
    throw error
  }
}
