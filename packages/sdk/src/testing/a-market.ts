import { type Address, type EscrowDomain, SubletError, settlementTypedData } from '@sublet/protocol'
import { privateKeyToAccount } from 'viem/accounts'
import type { ChainClient } from '../chain/chain-client.ts'
import type { IndexerClient } from '../indexer/create-indexer-client.ts'
import type { OpenProvider } from '../provider/open-provider.ts'
import { wait } from '../stream/wait.ts'
import { createMemoryChain, type MemoryChain } from './memory-chain.ts'
import { createMemoryIndexer } from './memory-indexer.ts'
import { type Behaviour, createMemoryProvider, type MemoryProvider } from './memory-provider.ts'

/** A clock that stands still until it is moved, or until everybody waits: then it jumps to the next who wakes. */
export interface TestClock {
  now(): number
  advance(ms: number): void
  wait(ms: number, signal?: AbortSignal): Promise<void>
}

/** The real clock, sped up, so that tests with retries of seconds end in milliseconds. */
export function fastClock(speed: number): TestClock {
  const startedAtMs = Date.now()
  let skippedMs = 0
  return {
    now: () => Math.floor(startedAtMs + skippedMs + (Date.now() - startedAtMs) * speed),
    advance(ms) {
      skippedMs += ms
    },
    wait: (ms, signal) => wait(Math.min(ms / speed, 2 ** 31 - 1), signal),
  }
}

export const account = (seed: number) => privateKeyToAccount(`0x${seed.toString(16).padStart(64, '0')}`)

/** A tenant, a chain, one indexer and some providers, all in memory. */
export interface AMarket {
  clock: TestClock
  chain: MemoryChain
  tenant: ReturnType<typeof account>
  client: ChainClient
  providers: readonly MemoryProvider[]
  indexer: IndexerClient
  indexerDown: boolean
  openProvider: OpenProvider
}

export function aMarket(behaviours: readonly Partial<Behaviour>[], clock: TestClock = fastClock(1)): AMarket {
  const chain = createMemoryChain(clock.now)
  const tenant = account(0xabc)
  const client = chain.client(tenant.address.toLowerCase() as Address)
  chain.fund(tenant.address.toLowerCase() as Address, { wallet: 1_000_000_000n, escrow: 1_000_000_000n })
  const domain: EscrowDomain = client.domain
  const providers = behaviours.map((behaviour, index) =>
    createMemoryProvider({
      account: account(1000 + index),
      domain,
      now: clock.now,
      behaviour,
      chain: {
        open: async ({ agreement }) => chain.open(agreement),
        async settle(agreement, { amount, until, tenantSignature }) {
          const leaseId =
            [...chain.leases].find(([, held]) => held.agreement.salt === agreement.salt)?.[0] ?? '0x'
          const data = settlementTypedData({ leaseId, amount, until }, domain)
          if (!(await client.isSignedBy(agreement.tenant, data, tenantSignature))) {
            throw new SubletError('signature.invalid', 'The settlement is not signed by the tenant.')
          }
          return chain.settle(leaseId, amount, 'settled')
        },
      },
    }),
  )
  const market: AMarket = {
    clock,
    chain,
    tenant,
    client,
    providers,
    indexerDown: false,
    indexer: createMemoryIndexer({
      baseUrl: 'http://indexer.test',
      providers,
      isDown: () => market.indexerDown,
    }),
    async openProvider({ provider }) {
      const found = providers.find(({ address }) => address === provider)
      if (found === undefined)
        throw new SubletError('provider.unknown', 'The registry lists no such provider.')
      return found.client
    },
  }
  return market
}
