export interface Merge<T> {
  /** Takes in one more; also while `items` is being read. */
  add(source: AsyncGenerator<T>): void
  items(): AsyncGenerator<T>
}

/** Mixes generators as their items come, until all have ended; each is read one item ahead at most. */
export function createMerge<T>(): Merge<T> {
  const reading = new Set<AsyncGenerator<T>>()
  const arrived: { source: AsyncGenerator<T>; result: IteratorResult<T> }[] = []
  let failure: { error: unknown } | undefined
  let wake: () => void = () => {}

  function pull(source: AsyncGenerator<T>): void {
    reading.add(source)
    source
      .next()
      .then(
        (result) => void arrived.push({ source, result }),
        (error: unknown) => {
          failure ??= { error }
        },
      )
      .then(() => wake())
  }

  return {
    add: pull,
    async *items() {
      try {
        while (reading.size > 0) {
          if (failure !== undefined) throw failure.error
          const next = arrived.shift()
          if (next !== undefined) {
            if (next.result.done === true) reading.delete(next.source)
            else {
              pull(next.source)
              yield next.result.value
            }
          } else {
            await new Promise<void>((resolve) => {
              wake = resolve
            })
          }
        }
      } finally {
        for (const source of reading) void source.return(undefined)
      }
    },
  }
}
