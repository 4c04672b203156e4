import { isEnded } from '@sublet/protocol'
import { askToClose } from './ask-to-close.ts'
import type { StepContext } from './order-step.ts'
import { settledStatus, settleOnChain } from './settle.ts'

/** Ends a lease: asks the provider, which knows the last lines; if it does not answer, the chain alone. */
export async function closeStep(context: StepContext): Promise<void> {
  const { live, name, parts } = context
  const { offer } = live.group(name)
  if (offer === undefined) {
    await live.save({ ...live.group(name), stage: 'ended', message: 'Closed before anything was rented.' })
    return
  }
  live.note({ ...live.group(name), message: 'Closing and settling.' })
  const answer = await askToClose(context, offer, live.interrupt)
  // A provider that did not say that it is over cannot be relied on not to open it later.
  const over = answer !== undefined && isEnded(answer.phase)
  const settlement = await settleOnChain(parts, offer, over ? 'closed' : 'forbidden')
  const group = live.group(name)
  const lease = settledStatus({
    status: answer ?? group.lease,
    offer,
    settlement,
    nowMs: parts.now(),
    endReason: 'tenant-closed',
  })
  await live.save({ ...group, stage: 'ended', lease, message: lease.message })
}
