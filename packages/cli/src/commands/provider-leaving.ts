import { instantWords, SubletError } from '@sublet/protocol'
import type { ProviderStatus } from '@sublet/provider'
import type { Command } from 'commander'
import { table } from '../output/output.ts'
import { askOwner } from '../provider-owner/ask-owner.ts'
import { layoutOf } from '../up/layout.ts'
import { commandContext, type GlobalOptions } from './context.ts'

type Plan = ProviderStatus['leaving']
type Window = Plan['windows'][number]

/** `sublet provider drain` and `sublet provider maintenance`. */
export function addProviderLeaving(provider: Command): void {
  const owner = (command: Command) => {
    const { output, dataDir } = commandContext(command.optsWithGlobals<GlobalOptions>())
    const ask = (method: 'GET' | 'POST', path: string, body?: unknown) =>
      askOwner(layoutOf(dataDir).provider, method, path, body)
    return { output, ask }
  }

  provider
    .command('drain')
    .description(
      'take no new leases; those that run end by themselves, or by notice so that none is left by a time',
    )
    .option('--by <time>', 'when the last lease must be gone: 2027-01-31T22:00Z, or 6h, 2d from now')
    .option('--reason <text>', 'what tenants are told')
    .option('--cancel', 'take new leases again')
    .action(async (options: { by?: string; reason?: string; cancel?: boolean }, command: Command) => {
      const { output, ask } = owner(command)
      if (options.cancel) {
        const plan = (await ask('POST', '/drain/cancel')) as Plan
        return output.result(plan, () => 'New leases are taken again. Notices that were given stand.')
      }
      const byMs = options.by === undefined ? undefined : instantOf(options.by, Date.now())
      const plan = (await ask('POST', '/drain', { byMs, reason: options.reason })) as Plan
      output.result(plan, () =>
        byMs === undefined
          ? 'No new leases. Those that run end by themselves. Undo with --cancel.'
          : `No new leases. The last one is gone by ${instantWords(byMs)}. Undo with --cancel.`,
      )
    })

  const maintenance = provider
    .command('maintenance')
    .description(
      'plan times in which this machine is away; the market leaves out leases that would run into them',
    )
  maintenance
    .command('add')
    .description('plan one')
    .argument('<from>', 'such as 2027-01-31T22:00Z, or 6h, 2d from now')
    .argument('<until>', 'the same')
    .option('--reason <text>', 'what tenants are told', 'maintenance')
    .action(async (from: string, until: string, { reason }: { reason: string }, command: Command) => {
      const { output, ask } = owner(command)
      const nowMs = Date.now()
      const planned = { fromMs: instantOf(from, nowMs), untilMs: instantOf(until, nowMs), reason }
      const window = (await ask('POST', '/maintenance', planned)) as Window
      output.result(
        window,
        () => `Planned as ${window.id}. Leases are gone by ${instantWords(window.fromMs)}.`,
      )
    })
  maintenance
    .command('list')
    .description('what is planned')
    .action(async (_options: unknown, command: Command) => {
      const { output, ask } = owner(command)
      const { windows } = (await ask('GET', '/maintenance')) as Plan
      output.result(windows, () => describeWindows(windows))
    })
  maintenance
    .command('remove')
    .description('take one back')
    .argument('<id>')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { output, ask } = owner(command)
      const { windows } = (await ask('POST', '/maintenance/remove', { id })) as Plan
      output.result(windows, () => describeWindows(windows))
    })
}

function describeWindows(windows: readonly Window[]): string {
  if (windows.length === 0) return 'Nothing is planned.'
  return table(
    ['ID', 'FROM', 'UNTIL', 'REASON'],
    windows.map(({ id, fromMs, untilMs, reason }) => [
      id,
      instantWords(fromMs),
      instantWords(untilMs),
      reason,
    ]),
  )
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** An instant as a person writes it: in full, or from now. Throws `request.invalid`. Milliseconds since 1970. */
export function instantOf(written: string, nowMs: number): number {
  const [, count, unit = ''] = /^(\d+)([mhd])$/.exec(written) ?? []
  if (count !== undefined) return nowMs + Number(count) * (unitMs[unit] ?? 0)
  const atMs = /^\d{4}-\d\d-\d\d/.test(written) ? Date.parse(written) : Number.NaN
  if (Number.isFinite(atMs)) return atMs
  throw new SubletError('request.invalid', `${written} is not a time.`, {
    hint: 'Write it in full, such as 2027-01-31T22:00Z, or from now, such as 90m, 6h or 2d.',
  })
}
