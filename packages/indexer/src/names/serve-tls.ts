import { once } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSecureContext, createServer, type SecureContext, type TLSSocket } from 'node:tls'
import { explainListenError } from '@sublet/service'
import type { ServedCertificate } from './read-certificate.ts'

export interface TlsParts {
  /** Takes each connection once it is secured, as if it had come to it in clear. */
  server: Pick<HttpServer, 'emit'>
  certificateOf: (host: string) => ServedCertificate | undefined
  host: string
  port: number
}

export interface TlsEntrance {
  port: number
  /** Takes no more connections; those that stand are the HTTP server's to end. */
  stop(): void
}

/**
 * Serves over TLS what a server serves in clear, and shows each client the certificate of the name that it asks for; without one
 * it gets no connection. Throws `port.taken` or `config.invalid`.
 */
export async function serveTls({ server, certificateOf, host, port }: TlsParts): Promise<TlsEntrance> {
  const contexts = new WeakMap<ServedCertificate, SecureContext>()
  const contextOf = (certificate: ServedCertificate): SecureContext => {
    const known = contexts.get(certificate)
    if (known !== undefined) return known
    const made = createSecureContext({ cert: certificate.chain, key: certificate.privateKey })
    contexts.set(certificate, made)
    return made
  }
  const entrance = createServer({
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    SNICallback: (name, done) => {
      const certificate = certificateOf(name.toLowerCase())
      done(null, certificate === undefined ? undefined : contextOf(certificate))
    },
  })
  entrance.on('secureConnection', (socket: TLSSocket) => server.emit('connection', socket))
  // A client that goes in the middle of the handshake is nobody's error.
  entrance.on('tlsClientError', (_error, socket) => socket.destroy())
  entrance.listen(port, host)
  await once(entrance, 'listening').catch((cause: unknown) => {
    throw explainListenError({ cause, host, port, setting: '--tls-port' })
  })
  return {
    port: (entrance.address() as AddressInfo).port,
    stop: () => void entrance.close(),
  }
}
