import { dollars } from '@sublet/protocol'
import type { ProviderStatus } from '@sublet/provider'
import type { Command } from 'commander'
import { toJson } from '../output/output.ts'
import { askOwner } from '../provider-owner/ask-owner.ts'
import { describeInit } from '../provider-owner/describe-init.ts'
import { describeStatus } from '../provider-view/describe-status.ts'
import type { Wire } from '../provider-view/wire.ts'
import { layoutOf } from '../up/layout.ts'
import { commandContext, type GlobalOptions } from './context.ts'
import { addProviderInvoices } from './invoice.ts'
import { addProviderLeaving } from './provider-leaving.ts'

export function addProvider(program: Command): void {
  const provider = program.command('provider')

  provider
    .command('init')
    .description('look at this machine, say what is missing, and propose prices')
    .option('--region <region>', 'where it stands, such as eu-west; guessed from the time zone without it')
    .option('--network <file>', 'join.json of a network, whose market the prices are taken from')
    .option('--force', 'write the settings anew')
    .action(async (options: { region?: string; network?: string; force?: boolean }, command: Command) => {
      const globals = command.optsWithGlobals<GlobalOptions>()
      const { output, dataDir } = commandContext(globals)
      const { initProvider } = await import('../provider-owner/init-provider.ts')
      const progress = output.progress('Looking at this machine')
      const found = await initProvider({ dataDir, env: process.env, ...options }).catch((error: unknown) => {
        progress.failed('This machine was not set up')
        throw error
      })
      progress.done('Looked at this machine')
      output.result(found, () => describeInit(found, { network: options.network, data: globals.data }))
    })

  provider
    .command('start')
    .description('go live on a network')
    .requiredOption('--network <file>', 'join.json of the network, from the data folder of its `sublet up`')
    .option('--region <region>', 'where it stands, over the settings')
    .option('--runtime <name>', 'auto, docker or host')
    .option('--own-tenants <address...>', 'wallets of your own, served even where strangers are not safe')
    .option('--pricing-rules <file>', 'YAML rules on prices')
    .option('--pricing-program <file>', 'a program that is asked what each order should pay')
    .option('--follow-market', 'move prices towards those at which the like is rented elsewhere')
    .action(async (options: { network: string } & Record<string, unknown>, command: Command) => {
      const { output, dataDir } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const { readJoinFile } = await import('../network/join-file.ts')
      const network = await readJoinFile(options.network)
      const progress = output.progress('Going live')
      const { runProvider } = await import('../provider-owner/run-provider.ts')
      const { provider: running, stop } = await runProvider({
        dataDir,
        network,
        env: process.env,
        flags: { ...options, network: undefined },
      }).catch((error: unknown) => {
        progress.failed('The provider did not start')
        throw error
      })
      progress.done('Live')
      const status = JSON.parse(toJson(await running.status())) as Wire<ProviderStatus>
      output.result(
        status,
        () =>
          `${describeStatus(status)}\n\nCtrl-C stops the provider; leases run on and are taken over at the next start.`,
      )
      await new Promise<void>((resolve) => {
        process.once('SIGINT', resolve)
        process.once('SIGTERM', resolve)
      })
      await stop()
    })

  provider
    .command('status')
    .description('devices, leases, volumes, earnings, and what needs a look')
    .option('-w, --watch', 'keep it on the screen, drawn anew every second; q quits')
    .action(async (options: { watch?: boolean }, command: Command) => {
      const { output, dataDir } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const ask = async () =>
        (await askOwner(layoutOf(dataDir).provider, 'GET', '/status')) as Wire<ProviderStatus>
      if (options.watch === true) {
        const { watchStatus } = await import('../provider-view/watch-status.ts')
        const end = new AbortController()
        for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => end.abort())
        await watchStatus({
          ask,
          input: process.stdin,
          output: process.stdout,
          json: output.json,
          everyMs: 1000,
          signal: end.signal,
        })
        return
      }
      const status = await ask()
      output.result(status, () => describeStatus(status))
    })

  addProviderLeaving(provider)
  addProviderInvoices(provider)

  provider
    .command('withdraw')
    .description('draw what leases have earned, and move it out of the escrow')
    .action(async (_options: unknown, command: Command) => {
      const { output, dataDir } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const progress = output.progress('Withdrawing')
      const answer = (await askOwner(layoutOf(dataDir).provider, 'POST', '/withdraw')) as {
        withdrawn: string
      }
      progress.done('Withdrawn')
      output.result(answer, () => dollars(BigInt(answer.withdrawn)))
    })
}
