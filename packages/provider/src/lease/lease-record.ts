import type { Agreement, Hex, LeasePhase, LeaseStatus, Manifest } from '@sublet/protocol'
import type { Allocation } from '../bid/allocate.ts'

/** Everything the provider knows of one lease. Changed only by making a new one, which the journal keeps first. */
export interface LeaseRecord {
  leaseId: Hex
  status: LeaseStatus
  agreement: Agreement
  tenantSignature: Hex
  providerSignature: Hex
  allocation: Allocation
  /** Absent once the lease has ended. */
  manifest?: Manifest
}

/** Phases in which instances may be running. */
export const livePhases: readonly LeasePhase[] = [
  'accepted',
  'pulling',
  'starting',
  'opening',
  'active',
  'closing',
]
