/** A queue between one writer and one reader. */
export interface Channel<T> extends AsyncIterable<T> {
  /** Resolves when the reader has taken the value, which is how a fast writer is slowed; at once after the end. */
  push(value: T): Promise<void>
  /** No more values; the reader gets what is queued, then the end. */
  end(): void
  /** The reader gets what is queued, then this error. */
  fail(error: unknown): void
}

/** Makes a channel. Leaving the reading loop early lets every writer go. */
export function createChannel<T>(): Channel<T> {
  const queue: { value: T; taken: () => void }[] = []
  let over: { error?: unknown } | undefined
  let wake = () => {}

  async function* read(): AsyncGenerator<T> {
    try {
      while (true) {
        const next = queue.shift()
        if (next !== undefined) {
          next.taken()
          yield next.value
        } else if (over !== undefined) {
          if ('error' in over) throw over.error
          return
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    } finally {
      over ??= {}
      for (const { taken } of queue.splice(0)) taken()
    }
  }
  const reader = read()

  return {
    push(value) {
      if (over !== undefined) return Promise.resolve()
      return new Promise((taken) => {
        queue.push({ value, taken })
        wake()
      })
    },
    end() {
      over ??= {}
      wake()
    },
    fail(error) {
      over ??= { error }
      wake()
    },
    [Symbol.asyncIterator]: () => reader,
  }
}
