import { dollars, perHour } from '../units/dollars.ts'
import { instantWords } from '../units/time-words.ts'
import type { Invoice } from './invoice.ts'

const columns = [
  'leaseId',
  'state',
  'tenant',
  'provider',
  'indexer',
  'token',
  'from',
  'until',
  'servedSeconds',
  'creditSeconds',
  'ratePerHour',
  'amount',
  'toProvider',
  'indexerFee',
  'treasuryFee',
  'paid',
  'deposit',
  'toppedUp',
  'refunded',
  'penalty',
  'endReason',
] as const satisfies readonly (keyof Invoice)[]

const instant = (seconds: number) => new Date(seconds * 1000).toISOString()

/** A table as RFC 4180 has it, one lease a line, amounts in token base units, instants in ISO 8601. */
export function invoicesAsCsv(invoices: readonly Invoice[]): string {
  const lines = invoices.map((invoice) => [
    ...columns.map((name) => {
      const value = invoice[name]
      return name === 'from' || name === 'until' ? instant(Number(value)) : String(value ?? '')
    }),
    invoice.transactions.map(({ kind, hash }) => `${kind} ${hash}`).join(' '),
  ])
  return [[...columns, 'transactions'], ...lines]
    .map((line) => `${line.map(csvField).join(',')}\r\n`)
    .join('')
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The lines of an invoice for people: what it is, and how much. Seconds are what is paid for, so they are counted out. */
export function invoiceLines(invoice: Invoice): [string, string][] {
  const { refunded, penalty, toppedUp, creditSeconds } = invoice
  return [
    ['Lease', invoice.leaseId],
    ['State', invoice.endReason === undefined ? invoice.state : `${invoice.state} (${invoice.endReason})`],
    ['Tenant', invoice.tenant],
    ['Provider', invoice.provider],
    ['From', instantWords(invoice.from * 1000)],
    ['Until', instantWords(invoice.until * 1000)],
    ['Served', `${invoice.servedSeconds} s at ${perHour(invoice.ratePerHour)}`],
    ...(creditSeconds === 0 ? [] : [['Not served, not paid', `${creditSeconds} s`] as [string, string]]),
    ['Amount', dollars(invoice.amount)],
    ['  to the provider', dollars(invoice.toProvider)],
    ['  to the indexer', dollars(invoice.indexerFee)],
    ['  to the treasury', dollars(invoice.treasuryFee)],
    ['Paid out so far', dollars(invoice.paid)],
    ['Deposit', dollars(invoice.deposit)],
    ...(toppedUp === 0n ? [] : [['Added later', dollars(toppedUp)] as [string, string]]),
    ...(penalty === 0n ? [] : [['Penalty of the provider', dollars(penalty)] as [string, string]]),
    ...(refunded === undefined ? [] : [['Returned', dollars(refunded)] as [string, string]]),
    ...invoice.transactions.map(
      ({ kind, atSeconds, hash }) => [`${instantWords(atSeconds * 1000)} ${kind}`, hash] as [string, string],
    ),
  ]
}

/** A page that needs nothing else, to be printed or sent. */
export function invoicesAsHtml(invoices: readonly Invoice[]): string {
  const tables = invoices.map((invoice) => {
    const rows = invoiceLines(invoice).map(
      ([name, value]) => `<tr><th>${escaped(name.trim())}</th><td>${escaped(value)}</td></tr>`,
    )
    return `<table>\n${rows.join('\n')}\n</table>`
  })
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Sublet invoice</title>
<style>body{font:14px/1.5 system-ui;max-width:60rem;margin:2rem auto}table{width:100%;margin-bottom:2rem;border-collapse:collapse}th{text-align:left;font-weight:500;width:16rem}td{font-family:ui-monospace,monospace;word-break:break-all}tr{border-bottom:1px solid #ddd}</style>
<h1>Sublet invoice</h1>
${tables.join('\n')}
</html>
`
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? '')
}
