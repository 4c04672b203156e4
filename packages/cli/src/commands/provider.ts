import { dollars, perHour } from '@sublet/protocol'
import type { ProviderStatus } from '@sublet/provider'
import type { Command } from 'commander'
import { table, toJson } from '../output/output.ts'
import { askOwner } from '../provider-owner/ask-owner.ts'
import { layoutOf } from '../up/layout.ts'
import { commandContext, type GlobalOptions } from './context.ts'

const mark = { ok: '✓', warning: '!', error: '✗' } as const

export function addProvider(program: Command): void {
  const provider = program.command('provider').description('lend this machine')

  provider
    .command('init')
    .description('look at this machine, say what is missing, and propose prices')
    .option('--region <region>', 'where it stands, such as eu-west', 'local')
    .option('--force', 'write the settings anew')
    .action(async (options: { region: string; force?: boolean }, command: Command) => {
      const { output, dataDir } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const { initProvider } = await import('../provider-owner/init-provider.ts')
      const progress = output.progress('Looking at this machine')
      const found = await initProvider({ dataDir, env: process.env, ...options })
      progress.done('Looked at this machine')
      output.result(found, () =>
        [
          ...found.report.findings.map(
            ({ level, what, cure }) => `${mark[level]} ${what}${cure === undefined ? '' : `\n    → ${cure}`}`,
          ),
          '',
          found.written
            ? `Settings and prices are in ${found.file}.`
            : `${found.file} is kept as it was; --force writes it anew.`,
          'Next: sublet provider start --network join.json',
        ].join('\n'),
      )
    })

  provider
    .command('start')
    .description('go live on a network')
    .requiredOption('--network <file>', 'join.json of the network, from the data folder of its `sublet up`')
    .action(async (options: { network: string }, command: Command) => {
      const { output, dataDir } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const { readJoinFile } = await import('../network/join-file.ts')
      const network = await readJoinFile(options.network)
      const progress = output.progress('Going live')
      const { runProvider } = await import('../provider-owner/run-provider.ts')
      const { provider: running, stop } = await runProvider({ dataDir, network, env: process.env }).catch(
        (error: unknown) => {
          progress.failed('The provider did not start')
          throw error
        },
      )
      progress.done('Live')
      const status = JSON.parse(toJson(await running.status())) as ProviderStatus
      output.result(
        status,
        () =>
          `${describe(status)}\n\nCtrl-C stops the provider; leases run on and are taken over at the next start.`,
      )
      await new Promise<void>((resolve) => {
        process.once('SIGINT', resolve)
        process.once('SIGTERM', resolve)
      })
      await stop()
    })

  provider
    .command('status')
    .description('devices, leases, earnings, and what needs a look')
    .action(async (_options: unknown, command: Command) => {
      const { output, dataDir } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const status = (await askOwner(layoutOf(dataDir).provider, 'GET', '/status')) as ProviderStatus
      output.result(status, () => describe(status))
    })

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

function describe(status: ProviderStatus): string {
  const away = status.indexers.filter((indexer) => !indexer.connected)
  const lines = [
    `provider   ${status.address}  ${status.runtime}${status.draining ? '  (takes no new leases)' : ''}`,
    `indexers   ${status.indexers.length - away.length} of ${status.indexers.length} connected`,
    `cores      ${status.used.cpuMillis / 1000} of ${status.total.cpuMillis / 1000} rented`,
    `memory     ${gibibytes(status.used.memoryBytes)} of ${gibibytes(status.total.memoryBytes)} GiB rented`,
    `devices    ${status.used.devices} of ${status.total.devices} rented`,
    `earned     ${dollars(BigInt(status.balance))} in the escrow`,
    ...status.problems.map((problem) => `look at    ${problem}`),
  ]
  if (status.leases.length === 0) return lines.join('\n')
  const rows = status.leases.map((lease) => [
    lease.leaseId.slice(0, 12),
    lease.deployment,
    lease.phase,
    perHour(BigInt(lease.ratePerHour)),
  ])
  return `${lines.join('\n')}\n\n${table(['LEASE', 'DEPLOYMENT', 'STATE', 'RATE'], rows)}`
}

const gibibytes = (bytes: number) => Math.round((bytes / 1024 ** 3) * 10) / 10
