import { dollars } from '@sublet/protocol'
import type { Command } from 'commander'
import { commandContext, type GlobalOptions } from './context.ts'
import { findLease } from './find-lease.ts'

export function addClose(program: Command): void {
  program
    .command('close')
    .description('end a lease, pay what it cost, get the rest back')
    .argument('<lease>', 'the start of its id, or the deployment’s name')
    .action(async (wanted: string, _options: unknown, command: Command) => {
      const { output, controller } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const client = await controller()
      const { deployment } = findLease(await client.deployments(), wanted)
      const progress = output.progress(`Closing ${deployment.name}`)
      try {
        const closed = await client.closeDeployment(deployment.id)
        const leases = closed.groups.flatMap((group) => (group.lease === undefined ? [] : [group.lease]))
        const paid = leases.reduce((sum, lease) => sum + (lease.paid ?? 0n), 0n)
        const refunded = leases.reduce((sum, lease) => sum + (lease.refunded ?? 0n), 0n)
        progress.done(`${deployment.name} is closed`)
        output.result(closed, () => `Paid ${dollars(paid)}, got ${dollars(refunded)} back.`)
      } catch (error) {
        progress.failed('Not closed')
        throw error
      }
    })
}
