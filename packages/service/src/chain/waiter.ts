/** Callers that wait until a follower has come so far. */
export interface Waiter {
  /**
   * For a block, or for the head. A look that is under way may have read an older head: then only the one after it
   * counts.
   */
  waitFor(block: bigint | undefined, lookUnderWay: boolean): Promise<void>
  reached(block: bigint): void
  atHead(): void
  end(reason: Error): void
}

interface Waiting {
  block: bigint | undefined
  looksToGo: number
  resolve: () => void
  reject: (reason: Error) => void
}

export function createWaiter(): Waiter {
  let waiting: Waiting[] = []
  let ended: Error | undefined
  const release = (free: (one: Waiting) => boolean) => {
    const freed = waiting.filter(free)
    waiting = waiting.filter((one) => !freed.includes(one))
    for (const one of freed) one.resolve()
  }
  return {
    waitFor(block, lookUnderWay) {
      if (ended !== undefined) return Promise.reject(ended)
      return new Promise((resolve, reject) =>
        waiting.push({ block, looksToGo: lookUnderWay ? 2 : 1, resolve, reject }),
      )
    },
    reached(block) {
      release((one) => one.block !== undefined && block >= one.block)
    },
    atHead() {
      for (const one of waiting) if (one.block === undefined) one.looksToGo--
      release((one) => one.block === undefined && one.looksToGo <= 0)
    },
    end(reason) {
      ended = reason
      for (const one of waiting) one.reject(reason)
      waiting = []
    },
  }
}
