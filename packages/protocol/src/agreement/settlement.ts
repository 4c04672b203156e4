import { z } from 'zod'
import { amountSchema, type Hex, hexSchema } from '../units/units.ts'
import { type EscrowDomain, escrowTypedDataDomain } from './agreement.ts'

const settlementTypes = {
  Settlement: [
    { name: 'leaseId', type: 'bytes32' },
    { name: 'amount', type: 'uint96' },
    { name: 'until', type: 'uint40' },
  ],
} as const

/**
 * EIP-712 data by which a party agrees to end a lease at an amount: everything that it pays from first to last, fees
 * included. With both signatures the escrow closes it (`settle`), and nobody breaks off. After `until` (unix seconds) it no
 * longer counts: the lease has earned more since.
 */
export function settlementTypedData(
  settlement: { leaseId: Hex; amount: bigint; until: number },
  domain: EscrowDomain,
) {
  return {
    domain: escrowTypedDataDomain(domain),
    types: settlementTypes,
    primaryType: 'Settlement',
    message: settlement,
  } as const
}

const creditTypes = {
  Credit: [
    { name: 'leaseId', type: 'bytes32' },
    { name: 'creditSeconds', type: 'uint32' },
  ],
} as const

/** EIP-712 data by which a provider takes its own downtime off what a lease pays: all such seconds so far. */
export function creditTypedData(credit: { leaseId: Hex; creditSeconds: number }, domain: EscrowDomain) {
  return {
    domain: escrowTypedDataDomain(domain),
    types: creditTypes,
    primaryType: 'Credit',
    message: credit,
  } as const
}

/**
 * Body of a tenant's sealed `POST /leases/:id/close`. With a settlement (`accrued` at the tenant's clock is what a
 * provider takes) the provider settles at once; without one it stops the workload, waits for the tenant's own `close`
 * on chain, and at last leaves by notice, unpaid from the stop on.
 */
export const closeRequestSchema = z.strictObject({
  settlement: z
    .strictObject({ amount: amountSchema, until: z.int().positive(), tenantSignature: hexSchema })
    .optional(),
})
export type CloseRequest = z.output<typeof closeRequestSchema>
export type CloseRequestWire = z.input<typeof closeRequestSchema>
