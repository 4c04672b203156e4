import {
  ageWords,
  dollars,
  type Invoice,
  instantWords,
  invoiceLines,
  invoiceSchema,
  invoicesAsCsv,
  invoicesAsHtml,
} from '@sublet/protocol'
import type { Command } from 'commander'
import { table } from '../output/output.ts'
import { askOwner } from '../provider-owner/ask-owner.ts'
import { layoutOf } from '../up/layout.ts'
import { commandContext, type GlobalOptions } from './context.ts'
import { findLease } from './find-lease.ts'

interface Form {
  csv?: boolean
  html?: boolean
}

/** `sublet invoice`: what a lease has cost its tenant. */
export function addInvoice(program: Command): void {
  program
    .command('invoice')
    .argument('<lease>', 'the start of its id, or the deployment’s name')
    .option('--csv', 'a table for spreadsheets')
    .option('--html', 'a page to print or send')
    .action(async (wanted: string, form: Form, command: Command) => {
      const { output, controller } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const client = await controller()
      const { leaseId } = findLease(await client.deployments(), wanted)
      const invoice = await client.invoice(leaseId)
      if (written([invoice], form)) return
      output.result(invoice, () => describe(invoice))
    })
}

/** `sublet provider invoices`: what leases have earned. */
export function addProviderInvoices(provider: Command): void {
  provider
    .command('invoices')
    .description('what each lease has earned, newest first')
    .option('--csv', 'a table for spreadsheets')
    .option('--html', 'a page to print or send')
    .action(async (form: Form, command: Command) => {
      const { output, dataDir } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const answer = (await askOwner(layoutOf(dataDir).provider, 'GET', '/invoices')) as {
        invoice: unknown
      }[]
      const invoices = answer.map(({ invoice }) => invoiceSchema.parse(invoice))
      if (written(invoices, form)) return
      output.result(answer, () => overview(invoices))
    })
}

function written(invoices: readonly Invoice[], { csv, html }: Form): boolean {
  if (csv) process.stdout.write(invoicesAsCsv(invoices))
  else if (html) process.stdout.write(invoicesAsHtml(invoices))
  return csv === true || html === true
}

function describe(invoice: Invoice): string {
  const lines = invoiceLines(invoice)
  const width = Math.max(...lines.map(([name]) => name.length))
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}

function overview(invoices: readonly Invoice[]): string {
  if (invoices.length === 0) return 'No lease was opened here yet.'
  const earned = invoices.reduce((sum, { toProvider }) => sum + toProvider, 0n)
  const rows = invoices.map((invoice) => [
    invoice.leaseId.slice(0, 12),
    invoice.state,
    instantWords(invoice.from * 1000),
    ageWords(invoice.servedSeconds * 1000),
    invoice.creditSeconds === 0 ? '–' : ageWords(invoice.creditSeconds * 1000),
    dollars(invoice.toProvider),
  ])
  return `${table(['LEASE', 'STATE', 'FROM', 'SERVED', 'NOT SERVED', 'EARNED'], rows)}\n\nTogether ${dollars(earned)}`
}
