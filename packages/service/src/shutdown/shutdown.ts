/** Everything that must be undone when a daemon stops, and the signal that it is stopping. */
export interface Shutdown {
  /** Aborts when `run` begins. */
  readonly signal: AbortSignal
  /** Adds something to undo; what was added last is undone first. After `run` has begun it is undone at once. */
  add(name: string, undo: () => unknown): void
  /**
   * Undoes everything, one after the other. Every further call gives the same promise. Goes on past failures and
   * then rejects with an AggregateError that names them.
   */
  run(): Promise<void>
}

export function createShutdown(): Shutdown {
  const controller = new AbortController()
  const undos: { name: string; undo: () => unknown }[] = []
  const failures: Error[] = []
  let running: Promise<void> | undefined

  async function undoOne({ name, undo }: { name: string; undo: () => unknown }): Promise<void> {
    try {
      await undo()
    } catch (cause) {
      failures.push(new Error(`stopping ${name} failed: ${String(cause)}`, { cause }))
    }
  }
  async function undoAll(): Promise<void> {
    controller.abort()
    for (let next = undos.pop(); next !== undefined; next = undos.pop()) await undoOne(next)
    if (failures.length > 0) throw new AggregateError(failures, failures.map((one) => one.message).join('; '))
  }
  return {
    signal: controller.signal,
    // While `run` is still undoing, its loop takes what is added; later there is no loop left to do so.
    add(name, undo) {
      undos.push({ name, undo })
      if (running !== undefined) running = running.then(undoAll)
    },
    run() {
      running ??= undoAll()
      return running
    },
  }
}
