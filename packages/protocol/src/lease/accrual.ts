import { secondsPerHour } from '../units/units.ts'

/** What the escrow knows of a lease that decides its money. Times are unix seconds of the chain. */
export interface LeaseMoney {
  ratePerHour: bigint
  deposit: bigint
  openedAt: number
  /** 0 means no limit but the deposit. */
  maxDuration: number
}

/** The instant at which the deposit or the duration ends; nobody pays for a second past it. Unix seconds. */
export function fundedUntil(money: LeaseMoney): number {
  const byDeposit =
    money.ratePerHour === 0n
      ? Number.MAX_SAFE_INTEGER
      : money.openedAt + Number((money.deposit * secondsPerHour) / money.ratePerHour)
  return money.maxDuration === 0 ? byDeposit : Math.min(byDeposit, money.openedAt + money.maxDuration)
}

/** What the lease has cost at an instant: rate times seconds, rounded down, never more than the deposit. */
export function accrued(money: LeaseMoney, atSeconds: number): bigint {
  const seconds = Math.max(0, Math.min(Math.floor(atSeconds), fundedUntil(money)) - money.openedAt)
  const owed = (money.ratePerHour * BigInt(seconds)) / secondsPerHour
  return owed < money.deposit ? owed : money.deposit
}

/** The deposit that pays for a number of seconds, rounded up. */
export function depositFor(ratePerHour: bigint, seconds: number): bigint {
  return (ratePerHour * BigInt(seconds) + secondsPerHour - 1n) / secondsPerHour
}
