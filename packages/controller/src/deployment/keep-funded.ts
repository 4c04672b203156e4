import { isPaidByVouchers, isSubletError, leaseIdOf } from '@sublet/protocol'
import type { StepContext } from './order-step.ts'
import type { Offer } from './state.ts'
import { decideTopUp } from './top-up.ts'

const retryMs = 15_000

/** Pays a running lease on before its money ends, until the signal aborts. */
export async function keepFunded(context: StepContext, offer: Offer, signal: AbortSignal): Promise<void> {
  const { live, name, parts } = context
  const { chain, settings } = parts
  if (!settings.topUp) return
  const { agreement } = offer
  // Its channel is funded where a voucher is signed.
  if (isPaidByVouchers(agreement)) return
  const leaseId = leaseIdOf(agreement.tenant, agreement.salt)
  let warned = false
  while (!signal.aborted) {
    try {
      const [money, nowSeconds] = await Promise.all([chain.leaseMoney(agreement), chain.nowSeconds()])
      const decision = decideTopUp({
        ratePerHour: agreement.ratePerHour,
        fundedUntil: money.fundedUntil,
        nowSeconds,
        openedAt: money.openedAt,
        maxDuration: agreement.maxDuration,
        depositSeconds: settings.depositSeconds,
      })
      if (decision.kind === 'never') return
      if (decision.kind === 'later') {
        await parts.wait(decision.inSeconds * 1000, signal)
        continue
      }
      const { deposited } = await parts.funding.promise(`${leaseId} top-up`, decision.amount)
      await deposited
      await chain.topUp(agreement, decision.amount)
      parts.log.info({ leaseId, amount: decision.amount.toString() }, 'topped up')
      if (warned) live.note({ ...live.group(name), message: live.group(name).lease?.message ?? 'Running.' })
      warned = false
    } catch (error) {
      if (signal.aborted) return
      // Closed meanwhile: whoever follows the lease sees it.
      if (isSubletError(error, 'chain.reverted')) return
      parts.log.warn({ err: error, leaseId }, 'the lease could not be topped up')
      if (isSubletError(error, 'funds.insufficient')) {
        warned = true
        live.note({
          ...live.group(name),
          message: `The lease ends when its money does: ${error.message} ${error.hint ?? ''}`.trim(),
        })
      }
      await parts.wait(retryMs, signal).catch(() => {})
    } finally {
      parts.funding.release(`${leaseId} top-up`)
    }
  }
}
