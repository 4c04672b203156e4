import type {
  Address,
  Bid,
  Exclusion,
  Hex,
  LeaseStatus,
  Manifest,
  Order,
  SubletError,
} from '@sublet/protocol'

/**
 * What happens while a lease is being rented. Each event is yielded *before* the step that it announces is taken, so
 * whoever keeps a journal writes it down and only then asks for the next one.
 */
export type RentEvent =
  /** About to be posted. */
  | { type: 'ordering'; orderHash: Hex; order: Order; leaseId: Hex }
  | {
      type: 'screened'
      indexer: string
      candidates: readonly { provider: Address; ratePerHour: bigint }[]
      excluded: readonly Exclusion[]
      lowestMatchingRate?: bigint | undefined
    }
  | { type: 'bid'; indexer: string; bid: Bid }
  | { type: 'declined'; indexer: string; exclusion: Exclusion }
  /** An indexer that could not be asked, or broke off; the others go on. */
  | { type: 'indexer-failed'; indexer: string; error: SubletError }
  /** Waits for a person. */
  | { type: 'picking'; bids: readonly Bid[] }
  /** About to be sent to the provider, signed: from here on the lease may open. */
  | { type: 'offering'; bid: Bid; leaseId: Hex; manifest: Manifest; relayUrl: string }
  /** What the provider says of the lease. */
  | { type: 'status'; status: LeaseStatus }
  /** This bid came to nothing, and why; the next best is taken. `unsure` when the lease might still open. */
  | { type: 'failed'; bid: Bid; error: SubletError; unsure: boolean }
  /** About to forbid on chain that the lease ever opens, since a provider fell silent with a signed agreement. */
  | { type: 'cancelling'; salt: Hex }

/** A lease that is open. */
export interface Rented {
  lease: LeaseStatus
  bid: Bid
  order: Order
  relayUrl: string
}
