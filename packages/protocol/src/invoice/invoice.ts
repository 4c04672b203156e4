import { z } from 'zod'
import { type Agreement, leaseIdOf } from '../agreement/agreement.ts'
import { accrued, fundedUntil } from '../lease/accrual.ts'
import { addressSchema, amountSchema, bytes32Schema, type Hex, hexSchema } from '../units/units.ts'

/** What the chain wrote down about one lease, oldest first. Amounts are token base units. */
export type LeaseHistoryEvent = { atSeconds: number; transaction: Hex } & (
  | { kind: 'opened'; agreement: Agreement; treasuryFeeBps: number }
  | { kind: 'topped-up'; amount: bigint }
  | { kind: 'drawn'; toProvider: bigint; indexerFee: bigint; treasuryFee: bigint }
  | { kind: 'credited'; creditSeconds: number }
  | { kind: 'notice-given'; noticeEndsAt: number }
  | { kind: 'penalised'; penalty: bigint }
  | { kind: 'closed'; toProvider: bigint; fees: bigint; refunded: bigint; reason: string }
)

/** What one lease cost, and whom: exact integers that add up to the chain's own. Amounts are token base units. */
export const invoiceSchema = z.strictObject({
  leaseId: bytes32Schema,
  state: z.enum(['open', 'closed']),
  tenant: addressSchema,
  provider: addressSchema,
  indexer: addressSchema,
  token: addressSchema,
  /** Unix seconds. */
  from: z.int(),
  until: z.int(),
  /** Seconds between the two that are paid for: without what was credited. */
  servedSeconds: z.int().nonnegative(),
  creditSeconds: z.int().nonnegative(),
  ratePerHour: amountSchema,
  /** Everything the lease has paid, or owes by `until` while it is open. */
  amount: amountSchema,
  toProvider: amountSchema,
  indexerFee: amountSchema,
  treasuryFee: amountSchema,
  /** The part of `amount` that was paid out. */
  paid: amountSchema,
  deposit: amountSchema,
  toppedUp: amountSchema,
  /** What went back to the tenant, a penalty included; absent while open. */
  refunded: amountSchema.optional(),
  /** What the provider was charged for leaving without a full notice. */
  penalty: amountSchema,
  endReason: z.string().optional(),
  transactions: z.array(z.strictObject({ kind: z.string(), atSeconds: z.int(), hash: hexSchema })),
})
export type Invoice = z.output<typeof invoiceSchema>

const wholeBps = 10_000n
const share = (before: bigint, after: bigint, bps: bigint) =>
  (after * bps) / wholeBps - (before * bps) / wholeBps

/** The invoice of a lease until it was closed, or until `nowSeconds` of the chain. Undefined for one that never opened. */
export function invoiceOf(history: readonly LeaseHistoryEvent[], nowSeconds: number): Invoice | undefined {
  const opened = history.find((event) => event.kind === 'opened')
  if (opened === undefined) return undefined
  const { agreement, treasuryFeeBps, atSeconds: from } = opened
  const closed = history.find((event) => event.kind === 'closed')
  const toppedUp = sum(history.map((event) => (event.kind === 'topped-up' ? event.amount : 0n)))
  const penalty = sum(history.map((event) => (event.kind === 'penalised' ? event.penalty : 0n)))
  let toProvider = 0n
  let indexerFee = 0n
  let treasuryFee = 0n
  for (const event of history) {
    if (event.kind !== 'drawn') continue
    toProvider += event.toProvider
    indexerFee += event.indexerFee
    treasuryFee += event.treasuryFee
  }
  const drawn = toProvider + indexerFee + treasuryFee
  const terms = {
    ratePerHour: agreement.ratePerHour,
    deposit: agreement.deposit + toppedUp,
    openedAt: from,
    maxDuration: 0,
  }
  const { end, creditSeconds } = endOf(history, agreement, from)
  const until = Math.min(closed?.atSeconds ?? nowSeconds, end)
  const owed = accrued(terms, until - creditSeconds)
  const amount =
    closed === undefined ? (owed > drawn ? owed : drawn) : drawn + closed.toProvider + closed.fees
  // As the escrow splits it: both fees together first, so that many small draws round nothing away.
  const indexerBps = BigInt(agreement.indexerFeeBps)
  const fees = closed?.fees ?? share(drawn, amount, indexerBps + BigInt(treasuryFeeBps))
  const indexerShare = share(drawn, amount, indexerBps)
  const toIndexer = indexerShare > fees ? fees : indexerShare
  return {
    leaseId: leaseIdOf(agreement.tenant, agreement.salt),
    state: closed === undefined ? 'open' : 'closed',
    tenant: agreement.tenant,
    provider: agreement.provider,
    indexer: agreement.indexer,
    token: agreement.token,
    from,
    until,
    servedSeconds: Math.max(0, until - from - creditSeconds),
    creditSeconds,
    ratePerHour: agreement.ratePerHour,
    amount,
    toProvider: toProvider + (amount - drawn - fees),
    indexerFee: indexerFee + toIndexer,
    treasuryFee: treasuryFee + (fees - toIndexer),
    paid: closed === undefined ? drawn : amount,
    deposit: agreement.deposit,
    toppedUp,
    penalty,
    ...(closed === undefined ? {} : { refunded: closed.refunded, endReason: closed.reason }),
    transactions: history.map(({ kind, atSeconds, transaction }) => ({ kind, atSeconds, hash: transaction })),
  }
}

/** When a lease ends by itself. A credit makes its money last longer while it runs; one that came later took only from its price. */
function endOf(history: readonly LeaseHistoryEvent[], agreement: Agreement, openedAt: number) {
  const { ratePerHour, maxDuration } = agreement
  let { deposit } = agreement
  let creditSeconds = 0
  let endedAt: number | undefined
  const endNow = () => {
    const byMoney = fundedUntil({ ratePerHour, deposit, openedAt, maxDuration: 0 }) + creditSeconds
    return Math.min(byMoney, maxDuration === 0 ? Number.MAX_SAFE_INTEGER : openedAt + maxDuration)
  }
  for (const event of history) {
    if (event.kind === 'topped-up') deposit += event.amount
    if (event.kind !== 'credited') continue
    if (event.atSeconds >= endNow()) endedAt ??= endNow()
    creditSeconds = Math.max(creditSeconds, event.creditSeconds)
  }
  return { end: endedAt ?? endNow(), creditSeconds }
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n)
}
