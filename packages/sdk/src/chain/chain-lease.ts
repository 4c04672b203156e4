import type { LeaseStatus as ChainLeaseStatus, CloseReason } from '@sublet/contracts'
import type { Agreement, Hex } from '@sublet/protocol'

/** What the escrow keeps of a lease by itself. */
export interface ChainLease {
  leaseId: Hex
  status: ChainLeaseStatus
  /** Unix seconds. */
  openedAt: number
  /** Added to the agreement's deposit since opening, token base units. */
  toppedUp: bigint
  /** Drawn by the provider so far, fees included, token base units. */
  drawn: bigint
  /** Seconds of outage that are not paid. */
  creditSeconds: number
  /** Unix seconds; 0 when the provider gave no notice. */
  noticeEndsAt: number
  /** When it had ended, where an outage was credited only afterwards and so made its money last no longer; unix seconds, else 0. */
  endedAt: number
  /** Seconds of notice that the provider owes before it leaves, as they were at opening. */
  noticeSeconds: number
}

/** An open lease with its money at this moment. */
export interface ChainLeaseMoney extends Omit<ChainLease, 'endedAt' | 'noticeSeconds'> {
  /** Unix seconds. */
  fundedUntil: number
  /** Deposit and top-ups, token base units. */
  deposit: bigint
  /** Owed to the provider so far, fees included, token base units. */
  accrued: bigint
}

/** How a lease was opened, out of its event. */
export interface LeaseOpening {
  agreement: Agreement
  transaction: Hex
}

/** How a lease ended on chain. */
export interface Settlement {
  transaction: Hex
  reason: CloseReason
  /** What the lease cost the tenant, token base units. */
  paid: bigint
  /** What went back to the tenant's escrow balance, token base units. */
  refunded: bigint
}
