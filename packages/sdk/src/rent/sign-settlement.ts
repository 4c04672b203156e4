import {
  type Agreement,
  accrued,
  type CloseRequest,
  isSubletError,
  leaseIdOf,
  settlementTypedData,
} from '@sublet/protocol'
import type { ChainClient } from '../chain/chain-client.ts'
import type { ChainLeaseMoney } from '../chain/chain-lease.ts'
import type { Signer } from '../provider/session-keeper.ts'

/** For so long a signed amount counts: a provider settles at once, or after a restart. */
const settlementGoodSeconds = 600

/** What a lease has cost at an instant of the chain, fees included, outages taken off. Token base units. */
export function costAt(agreement: Agreement, money: ChainLeaseMoney, atSeconds: number): bigint {
  const paidUntil = Math.min(atSeconds, money.fundedUntil) - money.creditSeconds
  const terms = {
    ratePerHour: agreement.ratePerHour,
    deposit: money.deposit,
    openedAt: money.openedAt,
    maxDuration: 0,
  }
  const cost = accrued(terms, paidUntil)
  // What was drawn already cannot be taken back.
  if (cost < money.drawn) return money.drawn
  return cost
}

/**
 * Signs what an open lease has cost so far as its final amount, so that the provider can settle at once without
 * breaking off. Undefined when the lease is not open: then there is nothing to settle.
 */
export async function signSettlement(parameters: {
  account: Signer
  chain: Pick<ChainClient, 'domain' | 'lease' | 'leaseMoney' | 'nowSeconds'>
  agreement: Agreement
  /** Seconds that the provider says it did not serve; the chain may know of fewer yet. */
  creditSeconds?: number | undefined
  /** When the provider says that it stopped serving, milliseconds since 1970; nothing later is paid. */
  servedUntilMs?: number | undefined
}): Promise<CloseRequest['settlement']> {
  const { account, chain, agreement, creditSeconds = 0, servedUntilMs } = parameters
  const leaseId = leaseIdOf(agreement.tenant, agreement.salt)
  const { status } = await chain.lease(leaseId)
  if (status !== 'open') return undefined
  try {
    const [money, nowSeconds] = await Promise.all([chain.leaseMoney(agreement), chain.nowSeconds()])
    const credited = { ...money, creditSeconds: Math.max(money.creditSeconds, creditSeconds) }
    const untilSeconds =
      servedUntilMs === undefined ? nowSeconds : Math.min(nowSeconds, Math.ceil(servedUntilMs / 1000))
    const amount = costAt(agreement, credited, untilSeconds)
    const until = nowSeconds + settlementGoodSeconds
    const tenantSignature = await account.signTypedData(
      settlementTypedData({ leaseId, amount, until }, chain.domain),
    )
    return { amount, until, tenantSignature }
  } catch (error) {
    // It was closed in between, or opened with another agreement.
    if (isSubletError(error, 'chain.reverted')) return undefined
    throw error
  }
}
