/** Solidity's `LeaseStatus`, by its number. */
export const leaseStatuses = ['none', 'open', 'closed', 'cancelled'] as const
export type LeaseStatus = (typeof leaseStatuses)[number]

/** Solidity's `CloseReason`, by its number. */
export const closeReasons = ['tenant', 'provider-notice', 'provider-break', 'funds-ended', 'settled'] as const
export type CloseReason = (typeof closeReasons)[number]

/** Solidity's `Role`, by its number; `node.roles` has bit `1 << number` for each role held. */
export const roles = ['provider', 'indexer', 'checker'] as const
export type Role = (typeof roles)[number]

/** Solidity's `CaseKind`, by its number. */
export const caseKinds = ['outage', 'false-capacity', 'wrong-result'] as const
export type CaseKind = (typeof caseKinds)[number]

/** Solidity's `CaseStatus`, by its number. */
export const caseStatuses = ['none', 'voting', 'upheld', 'dismissed', 'appealed', 'executed'] as const
export type CaseStatus = (typeof caseStatuses)[number]

/** OpenZeppelin's `ProposalState`, by its number. */
export const proposalStates = [
  'pending',
  'active',
  'canceled',
  'defeated',
  'succeeded',
  'queued',
  'expired',
  'executed',
] as const
export type ProposalState = (typeof proposalStates)[number]
