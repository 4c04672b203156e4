import { dollars, perHour } from '@sublet/protocol'
import type { ProviderStatus } from '@sublet/provider'
import type { Wire } from './wire.ts'

type Status = Wire<ProviderStatus>

/** What is new since the last look, a line each, for where nothing can be redrawn: pipes, logs. */
export function plainLines(before: Status | undefined, now: Status): string[] {
  const lines: string[] = []
  const summary = summaryOf(now)
  if (before === undefined || summaryOf(before) !== summary) lines.push(summary)
  for (const problem of now.problems) {
    if (before?.problems.includes(problem) !== true) lines.push(`! ${problem}`)
  }
  const key = ({ leaseId, event }: Status['events'][number]) => `${leaseId} ${event.sequence}`
  const known = new Set(before?.events.map(key))
  for (const one of now.events) {
    // Those from before the first look are history.
    if (before === undefined || known.has(key(one))) continue
    const { atMs, message } = one.event
    // A log's stamp, for programs as much as for people.
    lines.push(`${new Date(atMs).toISOString()} ${one.leaseId.slice(0, 10)} ${message}`)
  }
  return lines
}

function summaryOf({ leases, used, total, indexers, earnings, balance, draining }: Status): string {
  const running = leases.filter(({ phase }) => phase !== 'closed' && phase !== 'lapsed')
  return [
    `${running.length} ${running.length === 1 ? 'lease' : 'leases'}`,
    `${used.devices} of ${total.devices} devices rented`,
    `${indexers.filter(({ connected }) => connected).length} of ${indexers.length} tunnels`,
    `earning ${perHour(BigInt(earnings.ratePerHour))}`,
    `${dollars(BigInt(balance))} in the escrow`,
    ...(draining ? ['takes no new leases'] : []),
  ].join(', ')
}
