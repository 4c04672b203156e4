import {
  accrued,
  ageWords,
  chargedUntilMs,
  type Deployment,
  type DeploymentGroup,
  depositOf,
  dollars,
  perHour,
} from '@sublet/protocol'
import type { Command } from 'commander'
import { table } from '../output/output.ts'
import { commandContext, type GlobalOptions } from './context.ts'

export function addPs(program: Command): void {
  program
    .command('ps')
    .option('-a, --all', 'ended ones too')
    .action(async (options: { all?: boolean }, command: Command) => {
      const { output, controller } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const all = await (await controller()).deployments()
      const shown = options.all ? all : all.filter((one) => one.phase !== 'closed' && one.phase !== 'failed')
      output.result(shown, () => describe(shown, Date.now()))
    })
}

function describe(deployments: readonly Deployment[], nowMs: number): string {
  if (deployments.length === 0) return 'Nothing runs. Start something with `sublet deploy FILE`.'
  const rows = deployments.flatMap((deployment) =>
    deployment.groups.map((group) => {
      const { lease } = group
      return [
        deployment.name,
        group.leaseId?.slice(0, 12) ?? '–',
        stateOf(deployment, group, nowMs),
        lease === undefined ? '–' : perHour(lease.ratePerHour),
        lease === undefined ? '–' : dollars(costOf(lease, nowMs)),
        // What has ended answers nowhere.
        deployment.endedAtMs === undefined
          ? (lease?.endpoints.map((endpoint) => endpoint.url).join(' ') ?? '')
          : '',
      ]
    }),
  )
  return table(['NAME', 'LEASE', 'STATE', 'RATE', 'COST SO FAR', 'URL'], rows)
}

/**
 * The phase of the lease as last heard; how what ran in it ended where that was badly; and since when nobody knows better,
 * as its provider is away.
 */
export function stateOf(
  { phase }: Deployment,
  { lease, awaySinceMs }: DeploymentGroup,
  nowMs: number,
): string {
  if (lease === undefined) return phase
  return [
    lease.phase,
    ...((lease.exitCode ?? 0) === 0 ? [] : [`exit ${lease.exitCode}`]),
    ...(awaySinceMs === undefined ? [] : [`provider away for ${ageWords(nowMs - awaySinceMs)}`]),
  ].join(', ')
}

type Lease = NonNullable<Deployment['groups'][number]['lease']>

/** What a lease has cost until now: the settled amount once it is closed, else what has accrued. */
export function costOf(lease: Lease, nowMs: number): bigint {
  if (lease.paid !== undefined) return lease.paid
  if (lease.openedAt === undefined) return 0n
  const { ratePerHour, openedAt } = lease
  const until = chargedUntilMs(lease, nowMs) / 1000
  return accrued({ ratePerHour, deposit: depositOf(lease), openedAt, maxDuration: 0 }, until)
}
