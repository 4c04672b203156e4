/** Solidity's `LeaseStatus`, by its number. */
export const leaseStatuses = ['none', 'open', 'closed', 'cancelled'] as const
export type LeaseStatus = (typeof leaseStatuses)[number]

/** Solidity's `CloseReason`, by its number. */
export const closeReasons = ['tenant', 'provider-notice', 'provider-break', 'funds-ended', 'settled'] as const
export type CloseReason = (typeof closeReasons)[number]

/** Solidity's `Role`, by its number; `node.roles` has bit `1 << number` for each role held. */
export const roles = ['provider', 'indexer', 'checker'] as const
export type Role = (typeof roles)[number]
