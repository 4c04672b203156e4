import { dollars, perHour } from '@sublet/protocol'
import type { ProviderStatus } from '@sublet/provider'
import type { Command } from 'commander'
import { table } from '../output/output.ts'
import { askOwner } from '../provider-owner/ask-owner.ts'
import { layoutOf } from '../up/layout.ts'
import { commandContext, type GlobalOptions } from './context.ts'

export function addProvider(program: Command): void {
  const provider = program.command('provider').description('lend this machine')

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
