import { type EscrowDomain, escrowTypedDataDomain } from '../agreement/agreement.ts'
import { hashCanonical } from '../hash/canonical-json.ts'
import type { Hex } from '../units/units.ts'

export type StatementKind = 'order' | 'ask'

const statementTypes = {
  Statement: [
    { name: 'kind', type: 'string' },
    { name: 'contentHash', type: 'bytes32' },
  ],
} as const

/**
 * EIP-712 data by which a wallet stands behind an order or an ask: the hash of its canonical JSON, in the escrow's
 * domain, so that it counts on one chain only.
 */
export function statementTypedData(kind: StatementKind, content: unknown, domain: EscrowDomain) {
  return {
    domain: escrowTypedDataDomain(domain),
    types: statementTypes,
    primaryType: 'Statement',
    message: { kind, contentHash: hashCanonical(content) },
  } as const
}

/** The name of an order: what bids and events refer to. */
export function orderHashOf(order: unknown): Hex {
  return hashCanonical(order)
}
