import type { Address, Hex } from '@sublet/protocol'
import { type LocalAccount, recoverTypedDataAddress } from 'viem'

/** Who proves something about itself on a tunnel. The role is signed, so that no proof can be played back to its maker. */
export type TunnelRole = 'provider' | 'indexer'

/** What a daemon signs with: viem's local accounts are such identities. */
export type TunnelIdentity = Pick<LocalAccount, 'address' | 'signTypedData'>

/** The label under which both ends derive the same 32 bytes from one TLS connection, and nobody else can (RFC 8446 §7.5). */
export const exporterLabel = 'EXPORTER-sublet-tunnel'

const bindingTypes = {
  Tunnel: [
    { name: 'role', type: 'string' },
    { name: 'wallet', type: 'address' },
    { name: 'connection', type: 'bytes32' },
  ],
} as const

function bindingTypedData(role: TunnelRole, wallet: Address, connection: Hex) {
  return {
    domain: { name: 'Sublet Tunnel', version: '1' },
    types: bindingTypes,
    primaryType: 'Tunnel',
    message: { role, wallet, connection },
  } as const
}

/** Signs that this wallet stands at this end of this very connection. */
export function signBinding(identity: TunnelIdentity, role: TunnelRole, connection: Hex): Promise<Hex> {
  return identity.signTypedData(bindingTypedData(role, identity.address, connection))
}

/** Whether the wallet at the other end signed for this very connection. A malformed signature is a wrong one. */
export async function isBindingSigned(
  role: TunnelRole,
  wallet: Address,
  connection: Hex,
  signature: Hex,
): Promise<boolean> {
  try {
    const signer = await recoverTypedDataAddress({ ...bindingTypedData(role, wallet, connection), signature })
    return signer.toLowerCase() === wallet.toLowerCase()
  } catch {
    return false
  }
}
