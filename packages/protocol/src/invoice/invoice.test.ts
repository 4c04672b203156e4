import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Agreement } from '../agreement/agreement.ts'
import { invoiceOf, type LeaseHistoryEvent } from './invoice.ts'
import { invoicesAsCsv, invoicesAsHtml } from './write-invoices.ts'

const address = (digit: string) => `0x${digit.repeat(40)}` as const
const hash = `0x${'ab'.repeat(32)}` as const
const agreement: Agreement = {
  tenant: address('1'),
  provider: address('2'),
  indexer: address('3'),
  token: address('4'),
  ratePerHour: 3_600n,
  deposit: 3_600n,
  maxDuration: 0,
  indexerFeeBps: 100,
  termsHash: hash,
  salt: hash,
  startBy: 1,
}
const opened: LeaseHistoryEvent = {
  kind: 'opened',
  agreement,
  treasuryFeeBps: 200,
  atSeconds: 1_000,
  transaction: hash,
}

test('an open lease owes what has accrued, less what was credited, and never more than it holds', () => {
  const credited: LeaseHistoryEvent = {
    kind: 'credited',
    creditSeconds: 100,
    atSeconds: 1_200,
    transaction: hash,
  }
  expect(invoiceOf([opened, credited], 1_500)).toMatchObject({
    state: 'open',
    servedSeconds: 400,
    creditSeconds: 100,
    amount: 400n,
    indexerFee: 4n,
    treasuryFee: 8n,
    toProvider: 388n,
    paid: 0n,
  })
  expect(invoiceOf([opened, credited], 1_000_000)).toMatchObject({
    until: 4_700,
    servedSeconds: 3_600,
    amount: 3_600n,
  })
  expect(invoiceOf([], 5)).toBeUndefined()
})

test('what was credited after the end is not paid, and makes the money last no longer', () => {
  const credited = (creditSeconds: number, atSeconds: number): LeaseHistoryEvent => ({
    kind: 'credited',
    creditSeconds,
    atSeconds,
    transaction: hash,
  })
  expect(invoiceOf([opened, credited(900, 4_600)], 1_000_000)).toMatchObject({
    until: 4_600,
    servedSeconds: 2_700,
    amount: 2_700n,
  })
  const both = [opened, credited(900, 4_599), credited(1_000, 5_600), credited(1_100, 9_000)]
  expect(invoiceOf(both, 1_000_000)).toMatchObject({ until: 5_500, servedSeconds: 3_400, amount: 3_400n })
})

test('whatever was drawn before, the shares add up to the amount, as the escrow splits it', () => {
  const draws = fc.array(fc.integer({ min: 1, max: 600 }), { maxLength: 5 })
  fc.assert(
    fc.property(draws, fc.integer({ min: 0, max: 600 }), (steps, rest) => {
      const share = (before: bigint, after: bigint, bps: bigint) =>
        (after * bps) / 10_000n - (before * bps) / 10_000n
      let drawn = 0n
      const history: LeaseHistoryEvent[] = [opened]
      for (const step of steps) {
        const to = drawn + BigInt(step)
        const fees = share(drawn, to, 300n)
        const indexerFee = share(drawn, to, 100n) > fees ? fees : share(drawn, to, 100n)
        history.push({
          kind: 'drawn',
          toProvider: BigInt(step) - fees,
          indexerFee,
          treasuryFee: fees - indexerFee,
          atSeconds: 1_000 + Number(to),
          transaction: hash,
        })
        drawn = to
      }
      const fees = share(drawn, drawn + BigInt(rest), 300n)
      const toProvider = BigInt(rest) - fees
      const refunded = agreement.deposit - drawn - BigInt(rest)
      const atSeconds = 1_000 + Number(drawn) + rest
      history.push({
        kind: 'closed',
        toProvider,
        fees,
        refunded,
        reason: 'tenant',
        atSeconds,
        transaction: hash,
      })
      const invoice = invoiceOf(history, 0)
      if (invoice === undefined) throw new Error('no invoice')
      expect(invoice.amount).toBe(invoice.toProvider + invoice.indexerFee + invoice.treasuryFee)
      expect(invoice.amount + (invoice.refunded ?? 0n)).toBe(agreement.deposit)
      expect(invoice.amount).toBe(BigInt(invoice.servedSeconds))
    }),
  )
})

test('writes a table that any spreadsheet reads, and a page that shows no markup of others', () => {
  const closed: LeaseHistoryEvent = {
    kind: 'closed',
    toProvider: 97n,
    fees: 3n,
    refunded: 3_500n,
    reason: '<b>"left", they said</b>',
    atSeconds: 1_100,
    transaction: hash,
  }
  const invoice = invoiceOf([opened, closed], 0)
  if (invoice === undefined) throw new Error('no invoice')
  const [head, line] = invoicesAsCsv([invoice]).split('\r\n')
  expect(head?.split(',').at(0)).toBe('leaseId')
  expect(line).toContain('"<b>""left"", they said</b>"')
  expect(line).toContain('1970-01-01T00:16:40.000Z')
  expect(invoicesAsHtml([invoice])).toContain('&lt;b&gt;&quot;left&quot;, they said&lt;/b&gt;')
})
