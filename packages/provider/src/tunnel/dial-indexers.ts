import type { Http2Server } from 'node:http2'
import { dialTunnel, type Log } from '@sublet/service'
import type { LocalAccount } from 'viem'
import type { IndexerPlace } from '../start-options.ts'

/** The provider's tunnels, one to each indexer, in their order. */
export interface IndexerTunnels {
  isConnected(index: number): boolean
  /** Resolves when every one stands. */
  connected(): Promise<void>
  stop(): Promise<void>
}

/** Dials every indexer, again whenever a tunnel falls, until it is stopped or the signal aborts. */
export function dialIndexers(parts: {
  indexers: readonly IndexerPlace[]
  identity: LocalAccount
  /** Answers what comes through the tunnels. */
  server: Http2Server
  log: Log
  signal: AbortSignal
}): IndexerTunnels {
  const { indexers, identity, server, log, signal } = parts
  const tunnels = indexers.map(({ host, port, address }) =>
    dialTunnel({ host, port, identity, expectIndexer: address, server, log, signal }),
  )
  return {
    isConnected: (index) => tunnels[index]?.state().connected ?? false,
    async connected() {
      await Promise.all(tunnels.map((tunnel) => tunnel.connected()))
    },
    async stop() {
      await Promise.all(tunnels.map((tunnel) => tunnel.stop()))
    },
  }
}

/** What the registry says of where the provider is reached: through its first indexer, unless it has a place of its own. */
export function endpointOf(own: string | undefined, [first]: readonly IndexerPlace[]): string {
  if (own !== undefined) return own
  return first === undefined ? 'none:' : `tunnel://${first.host}:${first.port}`
}
