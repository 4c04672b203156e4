import {
  type Ask,
  type EscrowDomain,
  type FeedEvent,
  type SignedAsk,
  statementTypedData,
} from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { LocalAccount } from 'viem'

export interface AskKeeperParts {
  account: LocalAccount
  domain: EscrowDomain
  log: Log
  now: () => number
  /** The ask of this moment with the given number and end. */
  build: (sequence: number, expiresAtMs: number) => Ask
}

/** Signs a new ask whenever something changed, and hands events to all who follow. */
export interface AskKeeper {
  /** The ask should be made anew; many calls at one time make one ask. */
  touch(): void
  current(): Promise<SignedAsk>
  tell(event: FeedEvent): void
  subscribe(listener: (event: FeedEvent) => void): () => void
  /** How many follow. */
  followers(): number
  stop(): void
}

/** An ask stands this long; a provider that falls silent is out of the market by then. */
const askLifeMs = 180_000
const renewAfterMs = 60_000
/** Changes come in bursts: a reservation, a lease, its end. */
const gatherMs = 25

export function createAskKeeper({ account, domain, log, now, build }: AskKeeperParts): AskKeeper {
  const listeners = new Set<(event: FeedEvent) => void>()
  let sequence = 0
  let signing: Promise<SignedAsk> | undefined
  let gathering: NodeJS.Timeout | undefined
  let lastContent = ''

  function tell(event: FeedEvent): void {
    for (const listener of listeners) listener(event)
  }

  async function sign(): Promise<SignedAsk> {
    sequence = Math.max(now(), sequence + 1)
    const ask = build(sequence, now() + askLifeMs)
    lastContent = contentOf(ask)
    return { ask, signature: await account.signTypedData(statementTypedData('ask', ask, domain)) }
  }

  function renew(): void {
    signing = sign()
    signing.then(
      (signedAsk) => tell({ type: 'ask', signedAsk }),
      (err: unknown) => log.error({ err }, 'the ask cannot be signed'),
    )
  }

  const timer = setInterval(renew, renewAfterMs)
  timer.unref()

  return {
    touch() {
      gathering ??= setTimeout(() => {
        gathering = undefined
        // Most changes of a lease change nothing of what is on offer.
        if (contentOf(build(0, 0)) !== lastContent) renew()
      }, gatherMs).unref()
    },
    current() {
      signing ??= sign()
      return signing
    },
    tell,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    followers: () => listeners.size,
    stop() {
      clearInterval(timer)
      clearTimeout(gathering)
    },
  }
}

function contentOf(ask: Ask): string {
  return JSON.stringify({ ...ask, sequence: 0, expiresAtMs: 0 }, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
}
