import type { Log } from '../log/log.ts'

/** Hands items to a handler, one after the other, in order. */
export interface Mailbox<T> {
  put(item: T): void
  /** Drops what waits, and resolves when the handler has ended. */
  stop(): Promise<void>
}

export function createMailbox<T>(handler: (item: T) => unknown, log: Log): Mailbox<T> {
  let waiting: T[] = []
  let working: Promise<void> | undefined
  let stopped = false

  async function work(): Promise<void> {
    // The sender goes on first: it must not run into its own message.
    await Promise.resolve()
    for (let item = waiting.shift(); item !== undefined && !stopped; item = waiting.shift()) {
      try {
        await handler(item)
      } catch (err) {
        log.error({ err }, 'a handler of messages failed')
      }
    }
    working = undefined
  }
  return {
    put(item) {
      if (stopped) return
      waiting.push(item)
      working ??= work()
    },
    async stop() {
      stopped = true
      waiting = []
      await working
    },
  }
}
