import type { Address, SignedAsk } from '@sublet/protocol'

/** Every provider's latest ask, in memory. Who may put one in is decided before (`check-ask.ts`). */
export interface Book {
  /** False when a newer ask, or this very one, is there already. */
  put(signedAsk: SignedAsk): boolean
  get(provider: Address): SignedAsk | undefined
  drop(provider: Address): boolean
  /** In the order of the providers' addresses. */
  all(): readonly SignedAsk[]
  /** Drops what has expired and returns whose it was. */
  dropExpired(nowMs: number): Address[]
  readonly size: number
}

export function createBook(): Book {
  const asks = new Map<Address, SignedAsk>()
  let sorted: readonly SignedAsk[] | undefined
  const changed = () => {
    sorted = undefined
  }
  const drop = (provider: Address) => {
    changed()
    return asks.delete(provider)
  }
  return {
    put(signedAsk) {
      const { provider, sequence } = signedAsk.ask
      const standing = asks.get(provider)
      if (standing !== undefined && standing.ask.sequence >= sequence) return false
      asks.set(provider, signedAsk)
      changed()
      return true
    },
    get: (provider) => asks.get(provider),
    drop,
    all() {
      sorted ??= [...asks.values()].sort((a, b) => (a.ask.provider < b.ask.provider ? -1 : 1))
      return sorted
    },
    dropExpired(nowMs) {
      const gone = [...asks.values()].filter(({ ask }) => ask.expiresAtMs <= nowMs)
      for (const { ask } of gone) drop(ask.provider)
      return gone.map(({ ask }) => ask.provider)
    },
    get size() {
      return asks.size
    },
  }
}
