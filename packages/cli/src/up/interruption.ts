/** That a person wants `sublet up` to end: by Ctrl-C, by SIGTERM, or by closing the terminal. */
export interface Interruption {
  /** Aborts when it is asked for. */
  readonly signal: AbortSignal
  /** Resolves when it is asked for. */
  readonly asked: Promise<void>
}

export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: () => void): unknown
}

/** npm passes on what the terminal has sent to the whole group already: one Ctrl-C arrives as two. */
const sameKeyMs = 1_000

/**
 * The first signal asks for an orderly end; one that comes later than that key's echo leaves at once by `exit`, with
 * everything left to be taken over by the next start. `now` is in milliseconds.
 */
export function watchInterruption(parts: {
  source: SignalSource
  now: () => number
  exit: (code: number) => void
}): Interruption {
  const { source, now, exit } = parts
  const asking = new AbortController()
  let askedAtMs: number | undefined
  const onSignal = () => {
    if (askedAtMs === undefined) {
      askedAtMs = now()
      asking.abort()
    } else if (now() - askedAtMs > sameKeyMs) exit(130)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) source.on(signal, onSignal)
  return { signal: asking.signal, asked: untilAborted(asking.signal) }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/** What the work gives, unless the end is asked for first: then it rejects with the signal's reason, and nobody waits. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  work.catch(() => undefined)
  signal.throwIfAborted()
  return await Promise.race([
    work,
    untilAborted(signal).then((): never => {
      throw signal.reason
    }),
  ])
}
