import { encodeAbiParameters, keccak256 } from 'viem'
import type { Address, Hex } from '../units/units.ts'

/**
 * The first part of the host name at which a relay serves one HTTP port of a lease: the service's name and 10
 * hexadecimal digits that tie it to lease, provider, service and port. Both sides can compute it beforehand, and no
 * provider can claim another's.
 */
export function ingressLabel(leaseId: Hex, provider: Address, service: string, port: number): string {
  const digest = keccak256(
    encodeAbiParameters(
      [{ type: 'bytes32' }, { type: 'address' }, { type: 'string' }, { type: 'uint16' }],
      [leaseId, provider, service, port],
    ),
  )
  return `${service.slice(0, 40).replace(/-+$/, '')}-${digest.slice(2, 12)}`
}
