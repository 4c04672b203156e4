import type { Address } from '@sublet/protocol'
import type { RouteTarget } from '../relay/route-table.ts'
import type { JudgedClaim } from './choose-claim.ts'
import type { Objection } from './judge-claim.ts'
import type { ServedCertificate } from './read-certificate.ts'

/** One lease's wish to be served at a host name. */
export interface Claim extends JudgedClaim {
  target: RouteTarget
  /** The lease's, once the chain has it. */
  tenant: Address | undefined
}

/** A host name of tenants' own, and where things stand with it. */
export interface Name {
  host: string
  /** By label. */
  claims: Map<string, Claim>
  /** Which of them is served. */
  chosen: Claim | undefined
  /** Milliseconds since 1970 of the next look at its records. */
  lookAtMs: number
  /** In a row without everything being as it should. */
  looks: number
  looking: boolean
  /** Why it could not be looked up the last time. */
  trouble: string | undefined
  /** The tenant's own certificate, or what is wrong with it. */
  brought: ServedCertificate | undefined
  broughtFault: Objection | undefined
  ordered: ServedCertificate | undefined
  ordering: boolean
}
