import type { Address, Hex } from '@sublet/protocol'
import type { Claim } from '../inventory/claims.ts'
import type { Allocation } from './allocate.ts'

interface Held {
  allocation: Allocation
  /** Milliseconds since 1970; undefined once it is a lease. */
  expiresAtMs: number | undefined
  /** Whom it is reserved for; undefined where that was before a restart. */
  tenant?: Address | undefined
}

/** What of the machine is spoken for: reservations until they lapse, leases until they have been cleared away. */
export interface Holdings {
  /** All claims; without one lease's own where it is about to be decided anew. */
  claims(without?: Hex): Claim[]
  reserve(leaseId: Hex, allocation: Allocation, expiresAtMs: number, tenant?: Address): void
  /** How many bids of a tenant stand, without the one of a lease to come that is decided anew. */
  reservationsOf(tenant: Address, without: Hex): number
  /** What is reserved for a bid that still stands. */
  reservation(leaseId: Hex): Allocation | undefined
  holds(leaseId: Hex): boolean
  /** Keeps a reservation from lapsing while its lease is being accepted; answers how to let it lapse again. */
  pin(leaseId: Hex): () => void
  /** Enters what a lease holds. */
  lease(leaseId: Hex, allocation: Allocation): void
  release(leaseId: Hex): void
  /** What is held for good: leases, and reservations that are just being accepted. */
  leased(): Hex[]
  /** Takes out the reservations that have lapsed; answers them. */
  lapse(nowMs: number): Hex[]
}

export function createHoldings(now: () => number): Holdings {
  const held = new Map<Hex, Held>()
  return {
    claims: (without) =>
      [...held].flatMap(([leaseId, { allocation }]) => (leaseId === without ? [] : [allocation.claim])),
    reserve(leaseId, allocation, expiresAtMs, tenant) {
      held.set(leaseId, { allocation, expiresAtMs, tenant })
    },
    reservationsOf: (tenant, without) =>
      [...held].filter(
        ([leaseId, one]) => leaseId !== without && one.tenant === tenant && one.expiresAtMs !== undefined,
      ).length,
    reservation(leaseId) {
      const one = held.get(leaseId)
      if (one?.expiresAtMs === undefined || one.expiresAtMs <= now()) return undefined
      return one.allocation
    },
    holds: (leaseId) => held.has(leaseId),
    pin(leaseId) {
      const before = held.get(leaseId)
      if (before === undefined) return () => {}
      const pinned = { ...before, expiresAtMs: undefined }
      held.set(leaseId, pinned)
      return () => {
        if (held.get(leaseId) === pinned) held.set(leaseId, before)
      }
    },
    lease(leaseId, allocation) {
      held.set(leaseId, { allocation, expiresAtMs: undefined })
    },
    release(leaseId) {
      held.delete(leaseId)
    },
    leased: () =>
      [...held].flatMap(([leaseId, { expiresAtMs }]) => (expiresAtMs === undefined ? [leaseId] : [])),
    lapse(nowMs) {
      const lapsed = [...held].flatMap(([leaseId, { expiresAtMs }]) =>
        expiresAtMs !== undefined && expiresAtMs <= nowMs ? [leaseId] : [],
      )
      for (const leaseId of lapsed) held.delete(leaseId)
      return lapsed
    },
  }
}
