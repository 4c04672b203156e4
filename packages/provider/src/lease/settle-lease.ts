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
  chain: Pick<
    ChainLease,
    'status' | 'openedAt' | 'toppedUp' | 'drawn' | 'creditSeconds' | 'noticeEndsAt' | 'endedAt'
  >
  /** When the workload was stopped, unix seconds. */
  stoppedAt: number
  /** The provider's own downtime before that, all of it, whole seconds. */
  downtimeSeconds: number
  /** When the closing began, unix seconds. */
  closingSince: number
  /** By the provider's clock, unix seconds. */
  now: number
  /** When the chain's last block was made; no credit may pass the time since the opening. Unix seconds. */
  chainNow: number
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
  | { kind: 'settle' }
  | { kind: 'give-notice' }
  /** All unpaid seconds of the lease together. */
  | { kind: 'credit'; creditSeconds: number }
  | { kind: 'wait'; untilSeconds: number }

/** Blocks may be so much behind the clock; a close that comes early counts as breaking off. */
const clockSlackSeconds = 2
/** A tenant's signed amount may be so many seconds short of what the provider counts: clocks differ. */
const settlementSlackSeconds = 10

/** A last credit and the close after it are two transactions: what they take is credited before it has passed. */
const closingTakesSeconds = 2
/** Where they take longer, this much is not worth a further credit. */
const creditSlackSeconds = 3

export function leaseMoney({ agreement, chain }: Pick<ClosingFacts, 'agreement' | 'chain'>): LeaseMoney {
  return {
    ratePerHour: agreement.ratePerHour,
    deposit: agreement.deposit + chain.toppedUp,
    openedAt: chain.openedAt,
    maxDuration: agreement.maxDuration,
  }
}

/** When the money ends, unix seconds: later by what was credited while it lasted, and no later by what was credited then. */
export function moneyEndsAt(facts: Pick<ClosingFacts, 'agreement' | 'chain'>): number {
  if (facts.chain.endedAt !== 0) return facts.chain.endedAt
  const money = leaseMoney(facts)
  if (money.ratePerHour === 0n) return fundedUntil(money)
  const byDeposit =
    money.openedAt + Number((money.deposit * secondsPerHour) / money.ratePerHour) + facts.chain.creditSeconds
  return money.maxDuration === 0 ? byDeposit : Math.min(byDeposit, money.openedAt + money.maxDuration)
}

/** The least that a tenant's settlement may be for the provider to take it. */
export function leastSettlement(facts: ClosingFacts): bigint {
  const { chain, stoppedAt } = facts
  const earned = accrued(leaseMoney(facts), stoppedAt - unpaidSeconds(facts) - settlementSlackSeconds)
  if (earned < chain.drawn) return chain.drawn
  return earned
}

/** Whether a settlement pays for seconds that were not served: then they are credited first, and it is too high. */
function paysForDowntime(facts: ClosingFacts, amount: bigint): boolean {
  const { chain, stoppedAt, downtimeSeconds } = facts
  if (downtimeSeconds === 0) return false
  const served = accrued(leaseMoney(facts), stoppedAt - unpaidSeconds(facts) + settlementSlackSeconds)
  return amount > served && amount > chain.drawn
}

function unpaidSeconds({ chain, downtimeSeconds }: ClosingFacts): number {
  return Math.max(chain.creditSeconds, downtimeSeconds)
}

/**
 * The next thing to do about a lease whose workload has been stopped, until the chain says that it is closed. Asked
 * again after every step and whenever something was heard.
 */
export function nextClosingStep(facts: ClosingFacts): ClosingStep {
  const { chain, now, stoppedAt, closingSince, settlement, downtimeSeconds } = facts
  if (chain.status === 'closed') return { kind: 'done' }
  if (chain.status !== 'open') return { kind: 'never-opened' }
  const mayClose = facts.breakOff || now >= moneyEndsAt(facts) + clockSlackSeconds
  if (
    !mayClose &&
    settlement !== undefined &&
    facts.chainNow < settlement.until &&
    settlement.amount >= leastSettlement(facts) &&
    !paysForDowntime(facts, settlement.amount)
  ) {
    return { kind: 'settle' }
  }
  // Whoever closes it next must not pay for what was not served.
  const elapsed = Math.min(facts.chainNow, moneyEndsAt(facts)) - chain.openedAt
  const owed = Math.min(downtimeSeconds, elapsed)
  if (owed > chain.creditSeconds) return { kind: 'credit', creditSeconds: owed }
  if (mayClose) return { kind: 'close' }
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
  // What was not served since the stop is not paid; the chain takes no more off than the time since the opening.
  const unserved = downtimeSeconds + Math.max(0, now + closingTakesSeconds - stoppedAt)
  const most = facts.chainNow - chain.openedAt
  const slack = chain.creditSeconds <= downtimeSeconds ? 0 : creditSlackSeconds
  if (chain.creditSeconds + slack < Math.min(unserved, most)) {
    return { kind: 'credit', creditSeconds: Math.min(unserved, most) }
  }
  return { kind: 'close' }
}

/** Whether a failed settlement may succeed a moment later: the chain's clock has not come so far yet. */
export function isTooEarly(error: unknown): boolean {
  return isSubletError(error, 'chain.reverted') && error.details?.error === 'SettlementOutOfRange'
}
