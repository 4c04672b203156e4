/** Resolves when the part works; otherwise rejects with a sentence that says what is missing. */
export type ReadyCheck = () => unknown

/** What must work before a daemon takes work; `/readyz` asks it. */
export interface Readiness {
  add(name: string, check: ReadyCheck): void
  /** Every check at once. A check that takes over two seconds counts as failed. */
  ask(): Promise<{ ready: boolean; checks: Record<string, string> }>
}

const checkTimeoutMs = 2000

function withinTime(check: ReadyCheck): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('did not answer within two seconds')), checkTimeoutMs)
    Promise.resolve()
      .then(check)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}

export function createReadiness(checks: Record<string, ReadyCheck> = {}): Readiness {
  const all = new Map(Object.entries(checks))
  return {
    add(name, check) {
      all.set(name, check)
    },
    async ask() {
      const results = await Promise.all(
        [...all].map(([name, check]) =>
          withinTime(check).then(
            () => [name, 'ok', true] as const,
            (error: unknown) =>
              [name, error instanceof Error ? error.message : String(error), false] as const,
          ),
        ),
      )
      return {
        ready: results.every(([, , ok]) => ok),
        checks: Object.fromEntries(results.map(([name, text]) => [name, text])),
      }
    },
  }
}
