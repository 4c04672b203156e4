import type { RoutePlace } from '@sublet/protocol'

/** Where an indexer listens for ports of leases, by label. */
export interface Places {
  /** Takes an indexer's word. True when it is another place than before. */
  note(label: string, place: RoutePlace): boolean
  /** Waits for the word within reason: a tunnel may be down at this moment. */
  find(label: string): Promise<RoutePlace | undefined>
  forget(label: string): void
}

const longestWaitMs = 20_000

export function createPlaces({ waitMs = longestWaitMs }: { waitMs?: number } = {}): Places {
  const places = new Map<string, RoutePlace>()
  const waiting = new Map<string, Set<(place: RoutePlace | undefined) => void>>()
  return {
    note(label, place) {
      const before = places.get(label)
      places.set(label, place)
      for (const tell of waiting.get(label) ?? []) tell(place)
      return before !== undefined && (before.host !== place.host || before.port !== place.port)
    },
    find(label) {
      const known = places.get(label)
      if (known !== undefined) return Promise.resolve(known)
      return new Promise((resolve) => {
        const tellers = waiting.get(label) ?? new Set()
        waiting.set(label, tellers)
        const tell = (place: RoutePlace | undefined) => {
          clearTimeout(timer)
          tellers.delete(tell)
          if (tellers.size === 0) waiting.delete(label)
          resolve(place)
        }
        const timer = setTimeout(() => tell(undefined), waitMs)
        tellers.add(tell)
      })
    },
    forget(label) {
      places.delete(label)
      for (const tell of waiting.get(label) ?? []) tell(undefined)
    },
  }
}
