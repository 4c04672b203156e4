import type { Http2Session } from 'node:http2'
import type { TLSSocket } from 'node:tls'

export interface LivenessOptions {
  /** Milliseconds from one ping to the next. */
  beatMs: number
  /** Beats in a row without a single byte from the peer after which it counts as gone. */
  silentBeats: number
}

/** Finds a dead peer within 15 seconds, also where no reset ever arrives (half-open connections). */
export const tunnelLiveness: LivenessOptions = { beatMs: 4_000, silentBeats: 3 }

/**
 * Pings the peer and calls `onDead` once when nothing at all comes back. Any byte counts, not only the ping's answer,
 * because an answer may queue behind bulk data on a slow line; and beats are counted, not time, so that a laptop that
 * slept gives its peer a chance to speak.
 *
 * @returns the smoothed round trip in milliseconds as far as known, and how to stop watching.
 */
export function watchLiveness(
  session: Http2Session,
  socket: TLSSocket,
  { beatMs, silentBeats }: LivenessOptions,
  onDead: () => void,
): { latencyMs(): number | undefined; stop(): void } {
  let seenBytes = socket.bytesRead
  let silent = 0
  let latency: number | undefined
  let inFlight = 0

  const ping = () => {
    if (session.destroyed || session.closed || inFlight > 4) return
    inFlight++
    session.ping((error, durationMs) => {
      inFlight--
      if (error === null) latency = latency === undefined ? durationMs : latency * 0.75 + durationMs * 0.25
    })
  }
  const beat = () => {
    const bytes = socket.bytesRead
    silent = bytes === seenBytes ? silent + 1 : 0
    seenBytes = bytes
    if (silent >= silentBeats) {
      stop()
      onDead()
      return
    }
    ping()
  }
  const timer = setInterval(beat, beatMs)
  timer.unref()
  const stop = () => clearInterval(timer)
  ping()
  return { latencyMs: () => latency, stop }
}
