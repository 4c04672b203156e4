import { encodeAbiParameters, keccak256 } from 'viem/utils'
import type { Route } from '../api/provider-feed.ts'
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

/** The label under which a provider serves a route. A TCP and a UDP port may have one number. */
export function routeLabel(
  { leaseId, service, port, protocol }: Pick<Route, 'leaseId' | 'service' | 'port' | 'protocol'>,
  provider: Address,
): string {
  const label = ingressLabel(leaseId, provider, service, port)
  return protocol === 'udp' ? `${label}-udp` : label
}
