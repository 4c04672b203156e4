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
}): Promise<CloseRequest['settlement']> {
  const { account, chain, agreement } = parameters
  const leaseId = leaseIdOf(agreement.tenant, agreement.salt)
  const { status } = await chain.lease(leaseId)
  if (status !== 'open') return undefined
  try {
    const [money, nowSeconds] = await Promise.all([chain.leaseMoney(agreement), chain.nowSeconds()])
    const amount = costAt(agreement, money, nowSeconds)
    const tenantSignature = await account.signTypedData(
      settlementTypedData({ leaseId, amount }, chain.domain),
    )
    return { amount, tenantSignature }
  } catch (error) {
    // It was closed in between, or opened with another agreement.
    if (isSubletError(error, 'chain.reverted')) return undefined
    throw error
  }
}
