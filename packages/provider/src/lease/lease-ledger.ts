import type { Agreement, Hex } from '@sublet/protocol'
import type { ChainLease, Settlement } from '@sublet/sdk'
import type { LeaseChain, Opened } from '../chain/lease-chain.ts'
import { type SettleParts, settleOnChain } from './settle-on-chain.ts'

/** What a lease has cost and given back in the end. */
export type LeaseSettlement = Pick<Settlement, 'paid' | 'refunded'> & { transaction?: Hex }

/**
 * Who keeps the money of one lease: the escrow, or the vouchers of a channel. Throws `chain.unreachable` or
 * `store.unreachable` where it can't be asked just now.
 */
export interface LeaseLedger
  extends Pick<LeaseChain, 'nowSeconds' | 'checkOpening' | 'credit' | 'giveNotice'> {
  /** Given the instant of its opening, `none` says that there is no such lease any more. Unix seconds. */
  lease(leaseId: Hex, openedAt?: number): Promise<ChainLease>
  /** From here on each second is paid. Nothing is opened before `noted` is kept. */
  open(
    agreement: Agreement,
    tenantSignature: Hex,
    providerSignature: Hex,
    noted?: Promise<unknown>,
    signal?: AbortSignal,
  ): Promise<{ openedAt: Opened['openedAt']; transaction?: Hex }>
  /** Brings the money to its end once the workload has been stopped; undefined where there was none. */
  settle(parts: Omit<SettleParts, 'chain'>): Promise<LeaseSettlement | undefined>
  /** Why the money ended, for the tenant. */
  whyFundsEnded(leaseId: Hex): string
}

export function escrowLedger(chain: LeaseChain): LeaseLedger {
  return {
    nowSeconds: chain.nowSeconds,
    checkOpening: chain.checkOpening,
    credit: chain.credit,
    giveNotice: chain.giveNotice,
    lease: chain.lease,
    open: chain.open,
    settle: (parts) => settleOnChain({ ...parts, chain }),
    whyFundsEnded: () => 'The money set aside for the lease is used up.',
  }
}
