import { type Deployment, dollars } from '@sublet/protocol'
import type { Command } from 'commander'
import { commandContext, type GlobalOptions } from './context.ts'
import { findDeployment } from './find-lease.ts'

export function addClose(program: Command): void {
  program
    .command('close')
    .argument('<lease>', 'the start of its id, or the deployment’s name or id')
    .action(async (wanted: string, _options: unknown, command: Command) => {
      const { output, controller } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const client = await controller()
      const deployment = findDeployment(await client.deployments(), wanted)
      if (deployment.endedAtMs !== undefined) {
        output.result(deployment, () => `${deployment.name} has ended already. ${paidWords(deployment)}`)
        return
      }
      const progress = output.progress(`Closing ${deployment.name}`)
      try {
        const closed = await client.closeDeployment(deployment.id)
        progress.done(`${deployment.name} is closed`)
        output.result(closed, () => paidWords(closed))
      } catch (error) {
        progress.failed('Not closed')
        throw error
      }
    })
}

function paidWords({ groups }: Deployment): string {
  const leases = groups.flatMap(({ lease }) => (lease === undefined ? [] : [lease]))
  if (leases.length === 0) return 'It cost nothing.'
  const paid = leases.reduce((sum, lease) => sum + (lease.paid ?? 0n), 0n)
  const refunded = leases.reduce((sum, lease) => sum + (lease.refunded ?? 0n), 0n)
  return `Paid ${dollars(paid)}, got ${dollars(refunded)} back.`
}
