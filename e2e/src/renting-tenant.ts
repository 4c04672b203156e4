import type { Hex } from '@sublet/protocol'
import type { ProviderClient, RentEvent, Tenant } from '@sublet/sdk'
import { eventually } from '@sublet/testing/sublet-process'
import type { LocalAccount } from 'viem'
import { type RentalKind, workloadOf } from './rented-kinds.ts'
import { rentByVouchers, voucherPayerOf } from './voucher-rental.ts'

/** What a tenant was told of one lease that it asked for. */
export interface Rental {
  leaseId: Hex | undefined
  kind: RentalKind
  /** `told` when it was refused or came to nothing, and the tenant knows. */
  state: 'renting' | 'held' | 'closing' | 'closed' | 'told'
  lease?: { provider: ProviderClient; close(): Promise<unknown> }
  reason?: string
}

/** A tenant that rents and closes while the network is shot at. */
export interface RentingTenant {
  rentals: Rental[]
  rent(kind: Rental['kind']): void
  /** Ends one of the leases that are held. */
  close(rental: Rental): void
  /** Resolves when everything that was begun has come to an answer. */
  settled(): Promise<void>
}

export function rentingTenant(tenant: Tenant, account: LocalAccount): RentingTenant {
  const payer = voucherPayerOf(tenant, account)
  const rentals: Rental[] = []
  const underWay = new Set<Promise<void>>()

  function begin(work: Promise<void>): void {
    const tracked = work.finally(() => underWay.delete(tracked))
    underWay.add(tracked)
  }

  async function rent(rental: Rental): Promise<void> {
    try {
      const workload = workloadOf(rental.kind)
      const terms = {
        maxRatePerHour: 36_000_000n,
        startWithinSeconds: 90,
        onEvent(event: RentEvent) {
          if (event.type === 'ordering') rental.leaseId = event.leaseId
        },
      }
      rental.lease =
        rental.kind === 'voucher'
          ? await rentByVouchers({ tenant, account, payer, workload, ...terms })
          : await tenant.rent(workload, terms)
      rental.state = 'held'
    } catch (error) {
      rental.reason = String(error)
      rental.state = 'told'
    }
  }

  async function close(rental: Rental, lease: NonNullable<Rental['lease']>): Promise<void> {
    rental.state = 'closing'
    // A tenant tries again for as long as the way is cut.
    await eventually('the lease closes', () => lease.close(), 60_000)
    rental.state = 'closed'
  }

  return {
    rentals,
    rent(kind) {
      const rental: Rental = { leaseId: undefined, kind, state: 'renting' }
      rentals.push(rental)
      begin(rent(rental))
    },
    close(rental) {
      if (rental.lease !== undefined) begin(close(rental, rental.lease))
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
