import type { Address, Agreement, Hex } from '@sublet/protocol'
import type { Content, DeploymentState, GroupState } from './state.ts'

/** An agreement with the tenant's signature on it: until its deadline a lease may open, whoever remembers it. */
export interface OpenOffer {
  leaseId: Hex
  provider: Address
  agreement: Agreement
}

export interface Recorded {
  state: DeploymentState
  content: Content
}

/** What must outlive the process. Each call is whole or not at all, and done when it resolves. */
export interface Journal {
  create(recorded: Recorded): Promise<void>
  saveDeployment(state: Omit<DeploymentState, 'groups'>): Promise<void>
  saveGroup(deploymentId: string, group: GroupState): Promise<void>
  /** The group and the offer that it is about to make, together. */
  saveOffer(deploymentId: string, group: GroupState, offer: OpenOffer): Promise<void>
  /** All that go on, and as many of the ended, newest first. */
  load(endedLimit: number): Promise<Recorded[]>
  openOffers(): Promise<OpenOffer[]>
  dropOffer(offer: OpenOffer): Promise<void>
}
