/** That a person wants what runs to end: by Ctrl-C, by SIGTERM, or by closing the terminal. */
export interface Interruption {
  /** Aborts when it is asked for. */
  readonly signal: AbortSignal
  /** Resolves when it is asked for. */
  readonly asked: Promise<void>
  /** Signals mean again what they meant before. */
  release(): void
}

export interface SignalSource {
  on(signal: EndSignal, listener: () => void): unknown
  off(signal: EndSignal, listener: () => void): unknown
}

const endSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type EndSignal = (typeof endSignals)[number]

/** npm passes on what the terminal has sent to the whole group already: one Ctrl-C arrives as two. */
const sameKeyMs = 1_000

/**
 * The first signal asks for an orderly end; one that comes later than that key's echo leaves at once by `exit`, with
 * everything left as it stands. `now` is in milliseconds.
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
  for (const signal of endSignals) source.on(signal, onSignal)
  return {
    signal: asking.signal,
    asked: untilAborted(asking.signal),
    release() {
      for (const signal of endSignals) source.off(signal, onSignal)
    },
  }
}

/** The same of this process. */
export function watchThisProcess(): Interruption {
  return watchInterruption({ source: process, now: () => performance.now(), exit: process.exit })
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
