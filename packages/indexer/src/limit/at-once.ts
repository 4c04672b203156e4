/** Counts what is under way, in all and for each caller. */
export interface AtOnce {
  /** Undefined when a bound is reached; otherwise a function that says it is over. Calling it twice counts once. */
  enter(caller: string): (() => void) | undefined
}

export function createAtOnce({ each, all }: { each: number; all: number }): AtOnce {
  const byCaller = new Map<string, number>()
  let total = 0
  return {
    enter(caller) {
      const own = byCaller.get(caller) ?? 0
      if (own >= each || total >= all) return undefined
      byCaller.set(caller, own + 1)
      total++
      let left = false
      return () => {
        if (left) return
        left = true
        total--
        const now = (byCaller.get(caller) ?? 1) - 1
        if (now === 0) byCaller.delete(caller)
        else byCaller.set(caller, now)
      }
    },
  }
}
