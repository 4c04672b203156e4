import type { Address } from '@sublet/protocol'
import type { Tunnel } from '@sublet/service'

/** The providers that are here now: one tunnel each, the newest. */
export interface Connections {
  /** A tunnel that stands; one that the same provider had before is cut. */
  add(tunnel: Tunnel): void
  get(provider: Address): Tunnel | undefined
  readonly size: number
  closeAll(): void
}

export function createConnections(onGone: (provider: Address) => void): Connections {
  const tunnels = new Map<Address, Tunnel>()
  return {
    add(tunnel) {
      const { provider } = tunnel
      const before = tunnels.get(provider)
      tunnels.set(provider, tunnel)
      before?.close('the provider dialled anew')
      void tunnel.closed.then(() => {
        if (tunnels.get(provider) !== tunnel) return
        tunnels.delete(provider)
        onGone(provider)
      })
    },
    get: (provider) => tunnels.get(provider),
    get size() {
      return tunnels.size
    },
    closeAll() {
      for (const tunnel of tunnels.values()) tunnel.close('the indexer stopped')
    },
  }
}
