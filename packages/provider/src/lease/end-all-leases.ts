import type { Log } from '@sublet/service'
import type { Leases } from './leases.ts'
import type { Sleep } from './patience.ts'

/** How long tenants have to close their leases themselves when the provider goes for good. */
const partingMs = 3_000
const mostPartingMs = 20_000
const message = 'The provider is leaving.'

/** Ends every lease: what tenants close at once costs nobody anything; the rest is broken off, at the provider's cost. */
export async function endAllLeases(leases: Leases, sleep: Sleep, log: Log): Promise<void> {
  const ended = leases.endAll({ reason: 'provider-closed', message })
  const soon = await Promise.race([ended.then(() => true), sleep(partingMs).then(() => false)])
  if (soon) return
  for (const runner of leases.all()) runner.end({ reason: 'provider-closed', message, breakOff: true })
  const late = await Promise.race([ended.then(() => true), sleep(mostPartingMs).then(() => false)])
  if (!late) log.error('some leases could not be settled; start the provider again to finish')
}
