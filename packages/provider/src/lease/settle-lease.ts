import {
  accrued,
  type CloseRequest,
  fundedUntil,
  isSubletError,
  type LeaseMoney,
  secondsPerHour,
} from '@sublet/protocol'
import type { ChainLease } from '@sublet/sdk'

/** Why a lease is being closed, as far as it matters for the money. */
export interface ClosingFacts {
  agreement: { ratePerHour: bigint; deposit: bigint; maxDuration: number }
  chain: Pick<ChainLease, 'status' | 'openedAt' | 'toppedUp' | 'drawn' | 'creditSeconds' | 'noticeEndsAt'>
  /** When the workload was stopped, unix seconds. */
  stoppedAt: number
  /** When the closing began, unix seconds. */
  closingSince: number
  /** Unix seconds. */
  now: number
  settlement: NonNullable<CloseRequest['settlement']> | undefined
  /** How long the tenant is given to close by itself. */
  settleGraceSeconds: number
  /** Leave at once, at the price of the notice not kept. */
  breakOff: boolean
}

export type ClosingStep =
  | { kind: 'done' }
  | { kind: 'never-opened' }
  | { kind: 'close' }
  | { kind: 'settle'; amount: bigint }
  | { kind: 'give-notice' }
  /** All unpaid seconds of the lease together. */
  | { kind: 'credit'; creditSeconds: number }
  | { kind: 'wait'; untilSeconds: number }

/** Blocks may be so much behind the clock; a close that comes early counts as breaking off. */
const clockSlackSeconds = 2
/** A tenant's signed amount may be so many seconds short of what the provider counts: clocks differ. */
const settlementSlackSeconds = 10

/** Seconds that pass between a credit and the close after it, which no further credit is sent for. */
const creditSlackSeconds = 30

export function leaseMoney({ agreement, chain }: Pick<ClosingFacts, 'agreement' | 'chain'>): LeaseMoney {
  return {
    ratePerHour: agreement.ratePerHour,
    deposit: agreement.deposit + chain.toppedUp,
    openedAt: chain.openedAt,
    maxDuration: agreement.maxDuration,
  }
}

/** When the money ends, credits counted, unix seconds. */
export function moneyEndsAt(facts: Pick<ClosingFacts, 'agreement' | 'chain'>): number {
  const money = leaseMoney(facts)
  if (money.ratePerHour === 0n) return fundedUntil(money)
  const byDeposit =
    money.openedAt + Number((money.deposit * secondsPerHour) / money.ratePerHour) + facts.chain.creditSeconds
  return money.maxDuration === 0 ? byDeposit : Math.min(byDeposit, money.openedAt + money.maxDuration)
}

/** The least that a tenant's settlement may be for the provider to take it. */
export function leastSettlement(facts: ClosingFacts): bigint {
  const { chain, stoppedAt } = facts
  const earned = accrued(leaseMoney(facts), stoppedAt - chain.creditSeconds - settlementSlackSeconds)
  if (earned < chain.drawn) return chain.drawn
  return earned
}

/**
 * The next thing to do about a lease whose workload has been stopped, until the chain says that it is closed. Asked
 * again after every step and whenever something was heard.
 */
export function nextClosingStep(facts: ClosingFacts): ClosingStep {
  const { chain, now, stoppedAt, closingSince, settlement } = facts
  if (chain.status === 'closed') return { kind: 'done' }
  if (chain.status !== 'open') return { kind: 'never-opened' }
  if (now >= moneyEndsAt(facts) + clockSlackSeconds) return { kind: 'close' }
  if (facts.breakOff) return { kind: 'close' }
  if (settlement !== undefined && settlement.amount >= leastSettlement(facts)) {
    return { kind: 'settle', amount: settlement.amount }
  }
  if (chain.noticeEndsAt === 0) {
    const patienceEnds = closingSince + facts.settleGraceSeconds
    if (now < patienceEnds) {
      // The money may end before the patience.
      return { kind: 'wait', untilSeconds: Math.min(patienceEnds, moneyEndsAt(facts) + clockSlackSeconds) }
    }
    return { kind: 'give-notice' }
  }
  if (now < chain.noticeEndsAt + clockSlackSeconds) {
    return { kind: 'wait', untilSeconds: chain.noticeEndsAt + clockSlackSeconds }
  }
  // What was not served since the stop is not paid. Chain time is behind ours at most, never ahead of it by much.
  const unserved = Math.max(0, Math.floor(now - clockSlackSeconds - stoppedAt))
  const slack = chain.creditSeconds === 0 ? 0 : creditSlackSeconds
  if (chain.creditSeconds + slack < unserved) return { kind: 'credit', creditSeconds: unserved }
  return { kind: 'close' }
}

/** Whether a failed settlement may succeed a moment later: the chain's clock has not come so far yet. */
export function isTooEarly(error: unknown): boolean {
  return isSubletError(error, 'chain.reverted') && error.details?.error === 'SettlementOutOfRange'
}
