import { Agent, type AgentOptions, type ClientRequestArgs } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Address } from '@sublet/protocol'
import type { Tunnel } from '@sublet/service'

export interface TunnelTarget {
  provider: Address
  label: string
}

/** Where requests to a workload go; `host` and `port` mean nothing. */
export type TunnelRequestArgs = ClientRequestArgs & { target: TunnelTarget }

/** What Node's HTTP client calls on its sockets and a stream of a tunnel hasn't got. */
const socketManners = {
  setKeepAlive() {
    return this
  },
  setNoDelay() {
    return this
  },
  ref() {
    return this
  },
  unref() {
    return this
  },
}

/** Makes a stream of a tunnel pass for a socket, which is closed as soon as the other side closes its half. */
export function asSocket(stream: Duplex): Duplex {
  // Otherwise a connection that the workload closed while it was idle would be taken for the next request.
  stream.once('end', () => stream.end())
  return Object.assign(stream, socketManners)
}

/**
 * Keeps connections to workloads open between requests, as any HTTP agent does; each is a stream through the provider's
 * tunnel.
 */
export class TunnelAgent extends Agent {
  readonly #tunnelOf: (provider: Address) => Tunnel

  constructor(tunnelOf: (provider: Address) => Tunnel, options: AgentOptions = {}) {
    super({ keepAlive: true, maxSockets: 256, maxFreeSockets: 16, scheduling: 'lifo', ...options })
    this.#tunnelOf = tunnelOf
  }

  override getName(options?: ClientRequestArgs): string {
    const { target } = options as TunnelRequestArgs
    return `${target.provider}/${target.label}`
  }

  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex {
    const { target } = options as TunnelRequestArgs
    const stream = asSocket(this.#tunnelOf(target.provider).connect(target.label))
    callback?.(null, stream)
    return stream
  }
}
