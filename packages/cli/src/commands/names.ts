import type { OwnName } from '@sublet/protocol'
import type { Command } from 'commander'
import { table } from '../output/output.ts'
import { commandContext, type GlobalOptions } from './context.ts'
import { findLease } from './find-lease.ts'

export function addNames(program: Command): void {
  program
    .command('names')
    .argument('<lease>', 'the start of its id, or the deployment’s name')
    .action(async (wanted: string, _options: unknown, command: Command) => {
      const { output, controller } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const client = await controller()
      const { leaseId } = findLease(await client.deployments(), wanted)
      const names = await client.names(leaseId)
      output.result(names, () => describeNames(names))
    })
}

export function describeNames(names: readonly OwnName[]): string {
  if (names.length === 0) return 'The lease brings no host names: name them under `hosts` of a port.'
  const rows = names.map(({ host, service, port, state, url }) => [
    host,
    `${service}:${port}`,
    state,
    url ?? '–',
  ])
  const words = names.map(
    ({ host, message, hint }) => `${host}: ${message}${hint === undefined ? '' : ` ${hint}`}`,
  )
  return [table(['NAME', 'LEADS TO', 'STATE', 'URL'], rows), ...words].join('\n')
}
