import { setMaxListeners } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import { type Address, SubletError } from '@sublet/protocol'
import type { TunnelIdentity } from './binding.ts'
import type { TunnelCertificate } from './certificate.ts'
import { introduceIndexer, tunnelProtocol } from './handshake.ts'
import { type LivenessOptions, tunnelLiveness } from './liveness.ts'
import { tunnelTls } from './tls.ts'
import { openTunnel, type Tunnel } from './tunnel.ts'
import type { TunnelLog } from './tunnel-log.ts'

export interface AcceptTunnelsOptions {
  tls: TunnelCertificate
  /** The indexer's own wallet. */
  identity: TunnelIdentity
  /** Whether a provider, whose address is proved, may stay. Throw a SubletError to tell it why not. */
  authorise: (provider: Address) => Promise<boolean>
  /** A provider is there. One provider may be there twice for a moment, when it dials anew before the old end is noticed. */
  onConnect: (tunnel: Tunnel) => void
  log: TunnelLog
  /** 0, the default, takes a free one. */
  port?: number
  host?: string
  /** Milliseconds for TLS and introduction together. */
  introductionTimeoutMs?: number
  /** Connections at most, introduced or not. */
  maxConnections?: number
  liveness?: LivenessOptions
}

export interface TunnelListener {
  readonly port: number
  /** Cuts every tunnel and listens no more. */
  stop(): Promise<void>
}

/**
 * Listens for providers' tunnels.
 *
 * @throws SubletError `port.taken`.
 */
export async function acceptTunnels(options: AcceptTunnelsOptions): Promise<TunnelListener> {
  const { tls, identity, authorise, onConnect, log, introductionTimeoutMs = 10_000 } = options
  const stopping = new AbortController()
  setMaxListeners(0, stopping.signal)
  const tunnels = new Set<Tunnel>()
  const sockets = new Set<TLSSocket>()

  const welcome = async (socket: TLSSocket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setNoDelay(true)
    try {
      const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(introductionTimeoutMs)])
      const provider = await introduceIndexer(socket, identity, authorise, signal)
      const tunnel = openTunnel(socket, provider, options.liveness ?? tunnelLiveness)
      tunnels.add(tunnel)
      log.info({ provider, remoteAddress: tunnel.remoteAddress }, 'provider connected')
      void tunnel.closed.then((reason) => {
        tunnels.delete(tunnel)
        log.info({ provider, reason }, 'provider disconnected')
      })
      onConnect(tunnel)
    } catch (error) {
      log.warn({ remoteAddress: socket.remoteAddress, reason: String(error) }, 'tunnel refused')
      // Lets the verdict leave before the connection goes.
      socket.end(() => socket.destroy())
    }
  }

  const server = createServer(
    {
      ...tunnelTls,
      cert: tls.cert,
      key: tls.key,
      ALPNProtocols: [tunnelProtocol],
      handshakeTimeout: introductionTimeoutMs,
    },
    (socket) => void welcome(socket),
  )
  server.on('tlsClientError', (error, socket) => {
    log.debug({ remoteAddress: socket.remoteAddress, reason: error.message }, 'TLS failed on the tunnel port')
    socket.destroy()
  })
  server.maxConnections = options.maxConnections ?? 20_000

  const port = options.port ?? 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === 'EADDRINUSE'
          ? new SubletError('port.taken', `The tunnel port ${port} is in use by another program.`, {
              hint: 'Stop that program or choose another tunnel port.',
              cause,
            })
          : cause,
      )
    })
    server.listen(port, options.host ?? '127.0.0.1', resolve)
  })
  server.on('error', (error) => log.warn({ reason: error.message }, 'tunnel port failed'))

  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      stopping.abort()
      const stopped = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const tunnel of tunnels) tunnel.close('the indexer stopped')
      for (const socket of sockets) socket.destroy()
      await stopped
    },
  }
}
