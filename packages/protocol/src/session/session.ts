import { z } from 'zod'
import { type EscrowDomain, escrowTypedDataDomain } from '../agreement/agreement.ts'
import { addressSchema, bytes32Schema, hexSchema } from '../units/units.ts'

/** A wallet's permission for a short-lived key to speak for it to one provider. */
export const sessionGrantSchema = z.strictObject({
  tenant: addressSchema,
  /** Ed25519 public key. */
  sessionKey: bytes32Schema,
  /** The provider that the key may speak to. */
  audience: addressSchema,
  /** Unix seconds. */
  expiresAt: z.int().positive(),
})
export type SessionGrant = z.output<typeof sessionGrantSchema>

export const signedSessionGrantSchema = z.strictObject({ grant: sessionGrantSchema, signature: hexSchema })
export type SignedSessionGrant = z.output<typeof signedSessionGrantSchema>

const sessionTypes = {
  Session: [
    { name: 'tenant', type: 'address' },
    { name: 'sessionKey', type: 'bytes32' },
    { name: 'audience', type: 'address' },
    { name: 'expiresAt', type: 'uint40' },
  ],
} as const

export function sessionTypedData(grant: SessionGrant, domain: EscrowDomain) {
  return {
    domain: escrowTypedDataDomain(domain),
    types: sessionTypes,
    primaryType: 'Session',
    message: grant,
  } as const
}
