import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  constants,
  connect as http2Connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { type Duplex, pipeline, type Readable } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { type Address, SubletError } from '@sublet/protocol'
import { sessionWindowBytes, tunnelClientOptions } from './flow.ts'
import { type LivenessOptions, tunnelLiveness, watchLiveness } from './liveness.ts'
import { createResetQueue } from './reset-budget.ts'

export interface TunnelRequest {
  method: string
  /** With its query, such as `/v1/feed?since=3`. */
  path: string
  /** Lower-case names; no connection-level headers (`connection`, `upgrade`, `transfer-encoding`...), HTTP/2 has none. */
  headers?: OutgoingHttpHeaders
  body?: Readable | Uint8Array | string
  /** Cancels the request, and the answer's body where it has begun. */
  signal?: AbortSignal
}

export interface TunnelResponse {
  status: number
  headers: IncomingHttpHeaders
  /** Read it, or destroy it: an answer left alone holds a stream. */
  body: Readable
}

/** The indexer's end of a connection on which a provider serves HTTP/2. */
export interface Tunnel {
  /** The provider's proved address. */
  readonly provider: Address
  /** Where the provider dialled from. */
  readonly remoteAddress: string
  /** Smoothed round trip of the last pings, in milliseconds. */
  latencyMs(): number | undefined
  /**
   * Sends a request and answers as soon as the response's headers are there, be the body sent or not: both directions
   * run at once, each as fast as its reader reads.
   *
   * @throws SubletError `provider.unreachable` when the tunnel or the provider fails before the headers.
   */
  request(request: TunnelRequest): Promise<TunnelResponse>
  /**
   * A byte stream to a workload's port (`POST /v1/connect/:label`). Bytes may be written at once. Where the provider
   * refuses, the stream ends with a SubletError: `endpoint.not-found` or `provider.unreachable`.
   */
  connect(label: string): Duplex
  /** Cuts the tunnel and everything on it. */
  close(reason?: string): void
  readonly isClosed: boolean
  /** Settles, never rejects, when the tunnel is gone; the text says why. */
  readonly closed: Promise<string>
}

function unreachable(provider: Address, why: string, cause?: unknown): SubletError {
  return new SubletError('provider.unreachable', `The provider ${provider} does not answer: ${why}.`, {
    hint: 'Try again in a few seconds, or take another provider.',
    cause,
  })
}

/** Makes a tunnel of a connection on which both ends have introduced themselves. */
export function openTunnel(
  socket: TLSSocket,
  provider: Address,
  liveness: LivenessOptions = tunnelLiveness,
): Tunnel {
  const remoteAddress = socket.remoteAddress ?? 'unknown'
  let reason: string | undefined
  const session: ClientHttp2Session = http2Connect('http://provider', {
    ...tunnelClientOptions,
    createConnection: () => socket,
  })
  session.once('connect', () => session.setLocalWindowSize(sessionWindowBytes))
  // Each request learns of a failure by itself; the session's own event only tells why.
  session.on('error', (error) => {
    reason ??= error.message
  })
  session.on('goaway', (code) => {
    reason ??= code === constants.NGHTTP2_NO_ERROR ? 'the provider went away' : `HTTP/2 error ${code}`
    session.close()
  })
  const life = watchLiveness(session, socket, liveness, () => {
    reason ??= 'it fell silent'
    session.destroy()
    socket.destroy()
  })
  const resets = createResetQueue()
  const closed = new Promise<string>((resolve) => {
    session.once('close', () => {
      life.stop()
      resets.release()
      socket.destroy()
      resolve(reason ?? 'the connection ended')
    })
  })

  const openStream = (headers: OutgoingHttpHeaders, endStream: boolean): ClientHttp2Stream => {
    if (session.destroyed || session.closed) throw unreachable(provider, reason ?? 'its tunnel is closed')
    const stream = session.request(headers, { endStream })
    resets.guard(stream)
    return stream
  }

  const request = ({ method, path, headers, body, signal }: TunnelRequest): Promise<TunnelResponse> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(unreachable(provider, 'the request was cancelled', signal.reason))
      const stream = openStream({ ...headers, ':method': method, ':path': path }, body === undefined)
      const cancel = () => {
        reject(unreachable(provider, 'the request was cancelled', signal?.reason))
        stream.destroy()
      }
      let answered = false
      stream.once('response', (responseHeaders) => {
        answered = true
        resolve({ status: responseHeaders[':status'] ?? 502, headers: responseHeaders, body: stream })
      })
      stream.on('error', (error) => {
        if (!answered) reject(unreachable(provider, reason ?? error.message, error))
      })
      stream.once('close', () => {
        signal?.removeEventListener('abort', cancel)
        if (!answered) reject(unreachable(provider, reason ?? 'it ended the request without an answer'))
      })
      signal?.addEventListener('abort', cancel, { once: true })
      if (body === undefined) return
      if (typeof body === 'string' || body instanceof Uint8Array) stream.end(body)
      // A provider may answer and end before it has taken the whole body; that is its right, and no failure here.
      else pipeline(body, stream, () => {})
    })

  const connect = (label: string): Duplex => {
    const stream = openStream(
      { ':method': 'POST', ':path': `/v1/connect/${encodeURIComponent(label)}` },
      false,
    )
    stream.once('response', ({ ':status': status }) => {
      if (status === 200) return
      stream.destroy(
        status === 404
          ? new SubletError('endpoint.not-found', `The provider ${provider} serves nothing at ${label}.`)
          : unreachable(provider, `it refused the connection to ${label} with status ${status}`),
      )
    })
    return stream
  }

  return {
    provider,
    remoteAddress,
    latencyMs: life.latencyMs,
    request,
    connect,
    close: (why) => {
      reason ??= why ?? 'closed here'
      session.destroy()
      socket.destroy()
    },
    get isClosed() {
      return session.closed || session.destroyed
    },
    closed,
  }
}
