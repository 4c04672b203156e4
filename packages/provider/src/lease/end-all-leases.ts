import type { Log } from '@sublet/service'
import type { Leases } from './leases.ts'
import { inTime, type Sleep } from './patience.ts'

/** How long tenants have to close their leases themselves when the provider goes for good. */
const partingMs = 3_000
const mostPartingMs = 20_000
const message = 'The provider is leaving.'

/**
 * Ends every lease: what tenants close at once costs nobody anything; the rest is broken off, at the provider's cost.
 * Answers how many could not be settled in time: the next start goes on with them.
 */
export async function endAllLeases(leases: Leases, sleep: Sleep, log: Log): Promise<number> {
  let isOver = false
  const ended = leases.endAll({ reason: 'provider-closed', message }).then(() => {
    isOver = true
  })
  const isOverWithin = async (ms: number) => {
    await inTime({ sleep }, ended, ms)
    return isOver
  }
  if (await isOverWithin(partingMs)) return 0
  for (const runner of leases.all()) runner.end({ reason: 'provider-closed', message, breakOff: true })
  if (await isOverWithin(mostPartingMs)) return 0
  const unsettled = leases.all().length
  log.error({ leases: unsettled }, 'some leases could not be settled; start the provider again to finish')
  return unsettled
}
