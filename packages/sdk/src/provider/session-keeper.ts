import { type Address, createSession, type EscrowDomain, type Session } from '@sublet/protocol'
import type { LocalAccount } from 'viem'

/** What signs for a tenant: its address and EIP-712. Any viem local account is one. */
export type Signer = Pick<LocalAccount, 'address' | 'signTypedData'>

/** Session keys by provider, each delegated by one wallet signature when first needed. */
export interface SessionKeeper {
  sessionFor(provider: Address): Promise<Session>
  /** Forgets a session that the provider refused; the next one is signed anew. */
  renew(provider: Address): void
}

export interface SessionKeeperOptions {
  account: Signer
  domain: EscrowDomain
  /** Milliseconds since 1970. */
  now: () => number
  /** Seconds that a session key is good for; an hour by default. A stolen one ends with it. */
  lifetimeSeconds?: number | undefined
}

const defaultLifetimeSeconds = 3600

/** Makes sessions when they are first needed, and new ones before the old end. */
export function createSessionKeeper(options: SessionKeeperOptions): SessionKeeper {
  const { account, domain, now, lifetimeSeconds = defaultLifetimeSeconds } = options
  const kept = new Map<Address, { session: Promise<Session>; renewAtMs: number }>()

  const open = (provider: Address) => {
    const nowMs = now()
    const session = createSession({
      tenant: account.address.toLowerCase() as Address,
      audience: provider,
      signTypedData: (data) => account.signTypedData(data),
      domain,
      expiresAt: Math.floor(nowMs / 1000) + lifetimeSeconds,
    })
    // A refused signature must not be remembered as the session.
    session.catch(() => kept.delete(provider))
    kept.set(provider, { session, renewAtMs: nowMs + lifetimeSeconds * 750 })
    return session
  }

  return {
    sessionFor(provider) {
      const key = provider.toLowerCase() as Address
      const known = kept.get(key)
      return known !== undefined && now() < known.renewAtMs ? known.session : open(key)
    },
    renew(provider) {
      kept.delete(provider.toLowerCase() as Address)
    },
  }
}
