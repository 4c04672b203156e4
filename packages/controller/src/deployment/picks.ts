import type { Address } from '@sublet/protocol'

/** Where orders wait for a person, and where the person's choice arrives. */
export interface Picks {
  wait(deploymentId: string, group: string, signal: AbortSignal): Promise<Address>
  /** False when nobody waits for a choice there. */
  pick(deploymentId: string, group: string, provider: Address): boolean
}

export function createPicks(): Picks {
  const waiting = new Map<string, (provider: Address) => void>()
  const keyOf = (deploymentId: string, group: string) => JSON.stringify([deploymentId, group])
  return {
    wait(deploymentId, group, signal) {
      const key = keyOf(deploymentId, group)
      return new Promise((resolve, reject) => {
        waiting.set(key, resolve)
        signal.addEventListener(
          'abort',
          () => {
            if (waiting.get(key) === resolve) waiting.delete(key)
            reject(signal.reason)
          },
          { once: true },
        )
      })
    },
    pick(deploymentId, group, provider) {
      const key = keyOf(deploymentId, group)
      const resolve = waiting.get(key)
      if (resolve === undefined) return false
      waiting.delete(key)
      resolve(provider)
      return true
    },
  }
}
