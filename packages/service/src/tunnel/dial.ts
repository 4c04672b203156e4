import type { Http2Server, ServerHttp2Session } from 'node:http2'
import { setTimeout as sleepFor } from 'node:timers/promises'
import { connect, type TLSSocket } from 'node:tls'
import { type Address, isSubletError, SubletError } from '@sublet/protocol'
import { backoffMs } from './backoff.ts'
import type { TunnelIdentity } from './binding.ts'
import { introduceProvider, tunnelProtocol } from './handshake.ts'
import { type LivenessOptions, tunnelLiveness, watchLiveness } from './liveness.ts'
import { tunnelTls } from './tls.ts'
import type { TunnelLog } from './tunnel-log.ts'

/** One connection that stands, as the provider sees it. */
export interface TunnelConnection {
  /** The indexer's proved address. */
  indexer: Address
  session: ServerHttp2Session
}

/** Where dialling stands: connected, or why not and how often it failed in a row. */
export type DialState =
  | { connected: true; indexer: Address }
  | { connected: false; failures: number; error?: SubletError }

export interface DialTunnelOptions {
  host: string
  port: number
  /** The provider's own wallet. */
  identity: TunnelIdentity
  /** Refuse every other indexer. */
  expectIndexer?: Address
  /** Serves the provider's API on each connection; made by `createTunnelServer`. */
  server: Http2Server
  onConnection?: (connection: TunnelConnection) => void
  onDisconnect?: (indexer: Address) => void
  log: TunnelLog
  /** Ends it all. */
  signal?: AbortSignal
  liveness?: LivenessOptions
  /** Milliseconds for reaching the indexer, TLS and introduction together. */
  introductionTimeoutMs?: number
  /** Milliseconds from any origin; tells a connection that stood from one that was cut at once. */
  now?: () => number
  /** In [0, 1); spreads the retries of many providers. */
  random?: () => number
  /** Waits between attempts; rejects when aborted. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

export interface DialledTunnel {
  state(): DialState
  /** Resolves with the indexer's address at the first moment that a connection stands; rejects when stopped before. */
  connected(): Promise<Address>
  /** Cuts the connection and dials no more. */
  stop(): Promise<void>
}

/** A connection that stood this long starts the waits anew; two machines with one wallet must not chase each other. */
const stoodMs = 10_000

const neverStood: DialState = { connected: false, failures: 0 }

/** TLS and introduction; the socket is destroyed when either fails. */
async function reach(options: DialTunnelOptions, signal: AbortSignal): Promise<[TLSSocket, Address]> {
  const { host, port } = options
  const socket = connect({
    ...tunnelTls,
    host,
    port,
    ALPNProtocols: [tunnelProtocol],
    // The certificate says nothing; the indexer's wallet signs this very connection instead.
    rejectUnauthorized: false,
    ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
  })
  socket.setNoDelay(true)
  // Errors reach whoever waits; this listener only keeps one that comes late from ending the process.
  socket.on('error', () => {})
  const limit = AbortSignal.any([signal, AbortSignal.timeout(options.introductionTimeoutMs ?? 10_000)])
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string, cause?: unknown) =>
        reject(
          new SubletError('indexer.unreachable', `The indexer at ${host}:${port} does not answer: ${why}.`, {
            hint: 'Check its address, and that nothing blocks outgoing connections.',
            cause,
          }),
        )
      socket.once('secureConnect', resolve)
      socket.once('error', (cause) => fail(cause.message, cause))
      socket.once('close', () => fail('it closed the connection'))
      limit.addEventListener('abort', () => fail('it took too long'), { once: true })
      if (limit.aborted) fail('stopped')
    })
    return [socket, await introduceProvider(socket, options.identity, options.expectIndexer, limit)]
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** Serves HTTP/2 on the connection until it ends. */
function serve(
  socket: TLSSocket,
  indexer: Address,
  options: DialTunnelOptions,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    let life: ReturnType<typeof watchLiveness> | undefined
    const cut = () => socket.destroy()
    const onSession = (session: ServerHttp2Session) => {
      life = watchLiveness(session, socket, options.liveness ?? tunnelLiveness, () => {
        options.log.warn({ indexer }, 'indexer fell silent')
        session.destroy()
        socket.destroy()
      })
      session.once('close', cut)
      session.on('error', (error) =>
        options.log.debug({ indexer, reason: error.message }, 'tunnel session failed'),
      )
      options.onConnection?.({ indexer, session })
    }
    // Whatever became of the session, it ends with its connection.
    const ended = () => {
      life?.stop()
      signal.removeEventListener('abort', cut)
      resolve()
    }
    socket.once('close', ended)
    signal.addEventListener('abort', cut, { once: true })
    // Node makes the session within the `connection` event, so this hears of our own connection's session only.
    options.server.once('session', onSession)
    options.server.emit('connection', socket)
    options.server.off('session', onSession)
    if (socket.destroyed) ended()
  })
}

/**
 * Keeps a tunnel to an indexer: dials, introduces itself, serves HTTP/2 on the connection, and dials again with
 * growing, scattered waits whenever it is cut. Returns at once; `connected()` waits.
 */
export function dialTunnel(options: DialTunnelOptions): DialledTunnel {
  const { host, port, log, random = Math.random, now = () => performance.now() } = options
  const sleep = options.sleep ?? ((ms, signal) => sleepFor(ms, undefined, { signal }))
  const stopping = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stopping.signal]) : stopping.signal
  let state: DialState = neverStood
  const waiting: { resolve: (indexer: Address) => void; reject: (error: unknown) => void }[] = []

  const run = async () => {
    let failures = 0
    while (!signal.aborted) {
      let error: SubletError | undefined
      try {
        const [socket, indexer] = await reach(options, signal)
        const sinceMs = now()
        state = { connected: true, indexer }
        log.info({ indexer, host, port }, 'tunnel connected')
        const served = serve(socket, indexer, options, signal)
        for (const { resolve } of waiting.splice(0)) resolve(indexer)
        await served
        if (now() - sinceMs >= stoodMs) failures = 0
        options.onDisconnect?.(indexer)
        if (!signal.aborted) log.warn({ indexer, host, port }, 'tunnel cut')
      } catch (cause) {
        if (signal.aborted) break
        error = isSubletError(cause)
          ? cause
          : new SubletError('indexer.unreachable', String(cause), { cause })
        log.warn(
          { host, port, code: error.code, reason: error.message, hint: error.hint },
          'tunnel not connected',
        )
      }
      failures++
      state = { connected: false, failures, ...(error === undefined ? {} : { error }) }
      await sleep(backoffMs(failures - 1, random()), signal).catch(() => {})
    }
    state = neverStood
    const stopped = new SubletError('indexer.unreachable', 'The tunnel was stopped.')
    for (const { reject } of waiting.splice(0)) reject(stopped)
  }
  const done = run()

  return {
    state: () => state,
    connected: () =>
      state.connected
        ? Promise.resolve(state.indexer)
        : new Promise((resolve, reject) => {
            if (signal.aborted) reject(new SubletError('indexer.unreachable', 'The tunnel was stopped.'))
            else waiting.push({ resolve, reject })
          }),
    stop: async () => {
      stopping.abort()
      await done
    },
  }
}
