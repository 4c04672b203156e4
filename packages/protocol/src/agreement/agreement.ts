import { encodeAbiParameters, hashTypedData, keccak256 } from 'viem/utils'
import { z } from 'zod'
import { type Address, addressSchema, amountSchema, bytes32Schema, type Hex } from '../units/units.ts'

/** The terms of one lease. Both parties sign exactly this (EIP-712); the escrow opens the lease with it. */
export const agreementSchema = z.strictObject({
  tenant: addressSchema,
  provider: addressSchema,
  /** Zero when no indexer helped. */
  indexer: addressSchema,
  token: addressSchema,
  /** Token base units per hour, for everything in the lease. */
  ratePerHour: amountSchema,
  /** Token base units set aside at opening; fixes `fundedUntil`. */
  deposit: amountSchema,
  /** Seconds after opening at which the lease ends by itself; 0 means no limit but the deposit. */
  maxDuration: z.int().min(0).max(4294967295),
  indexerFeeBps: z.int().min(0).max(10000),
  /** Hash of the group to run and of its service levels. */
  termsHash: bytes32Schema,
  /** The tenant's own number for this lease. */
  salt: bytes32Schema,
  /** Unix seconds; past it the agreement cannot be opened. */
  startBy: z.int().positive(),
})
export type Agreement = z.output<typeof agreementSchema>

/** EIP-712 field list, in the order of the Solidity struct. */
export const agreementTypes = {
  Agreement: [
    { name: 'tenant', type: 'address' },
    { name: 'provider', type: 'address' },
    { name: 'indexer', type: 'address' },
    { name: 'token', type: 'address' },
    { name: 'ratePerHour', type: 'uint96' },
    { name: 'deposit', type: 'uint96' },
    { name: 'maxDuration', type: 'uint32' },
    { name: 'indexerFeeBps', type: 'uint16' },
    { name: 'termsHash', type: 'bytes32' },
    { name: 'salt', type: 'bytes32' },
    { name: 'startBy', type: 'uint40' },
  ],
} as const

/** Where a signature counts: one escrow on one chain. */
export interface EscrowDomain {
  chainId: number
  escrow: Address
}

export function escrowTypedDataDomain({ chainId, escrow }: EscrowDomain) {
  return { name: 'Sublet Escrow', version: '1', chainId, verifyingContract: escrow } as const
}

/** Everything viem's `signTypedData` and `verifyTypedData` take. */
export function agreementTypedData(agreement: Agreement, domain: EscrowDomain) {
  return {
    domain: escrowTypedDataDomain(domain),
    types: agreementTypes,
    primaryType: 'Agreement',
    message: agreement,
  } as const
}

export function hashAgreement(agreement: Agreement, domain: EscrowDomain): Hex {
  return hashTypedData(agreementTypedData(agreement, domain))
}

/**
 * What a tenant signs for a gang: all of its agreements at once. With it `openGang` opens all of them or none, and nobody
 * can open a part.
 */
export function gangTypedData(agreements: readonly Agreement[], domain: EscrowDomain) {
  return {
    domain: escrowTypedDataDomain(domain),
    types: { ...agreementTypes, Gang: [{ name: 'agreements', type: 'Agreement[]' }] },
    primaryType: 'Gang',
    message: { agreements },
  } as const
}

/** A lease is known before it opens: keccak256(abi.encode(tenant, salt)). One live lease for each. */
export function leaseIdOf(tenant: Address, salt: Hex): Hex {
  return keccak256(encodeAbiParameters([{ type: 'address' }, { type: 'bytes32' }], [tenant, salt]))
}
