import { type Hex, type Invoice, invoiceOf } from '@sublet/protocol'
import type { LeaseChain } from '../chain/lease-chain.ts'
import type { Journal } from '../journal/journal.ts'
import { timeByState, type UsageState } from './usage-span.ts'

/** An invoice with what the provider's own journal says of the same time: milliseconds by service and state. */
export interface ProviderInvoice {
  invoice: Invoice
  usageMs: Record<string, Partial<Record<UsageState, number>>>
}

/** Invoices of all leases that this provider ever opened, newest first; the figures are the chain's. */
export async function providerInvoices(parts: {
  chain: Pick<LeaseChain, 'histories' | 'nowSeconds'>
  journal: Pick<Journal, 'usageOf'>
}): Promise<ProviderInvoice[]> {
  const { chain, journal } = parts
  const [histories, nowSeconds] = await Promise.all([chain.histories(), chain.nowSeconds()])
  const invoices: ProviderInvoice[] = []
  for (const [leaseId, history] of histories) {
    const invoice = invoiceOf(history, nowSeconds)
    if (invoice === undefined) continue
    const spans = await journal.usageOf(leaseId as Hex)
    const window = { fromMs: invoice.from * 1000, untilMs: invoice.until * 1000 }
    invoices.push({ invoice, usageMs: timeByState(spans, window) })
  }
  return invoices.sort((a, b) => b.invoice.from - a.invoice.from)
}
