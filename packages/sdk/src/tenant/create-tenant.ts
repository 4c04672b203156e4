import type { NetworkAddresses } from '@sublet/contracts'
import { depositFor, SubletError, type Workload } from '@sublet/protocol'
import type { LocalAccount } from 'viem'
import type { ChainClient } from '../chain/chain-client.ts'
import type { Settlement } from '../chain/chain-lease.ts'
import { createChainClient } from '../chain/create-chain-client.ts'
import { createNodeTransport } from '../http/node-transport.ts'
import type { Transport } from '../http/transport.ts'
import { createIndexerClient, type IndexerClient } from '../indexer/create-indexer-client.ts'
import type { ProviderClient } from '../provider/create-provider-client.ts'
import { createProviderOpener } from '../provider/open-provider.ts'
import { createSessionKeeper } from '../provider/session-keeper.ts'
import { closeByProvider, closePatienceMs } from '../rent/close-by-provider.ts'
import {
  defaultDepositSeconds,
  depositSecondsFor,
  maxRateOf,
  type RentParameters,
  rent,
} from '../rent/rent.ts'
import type { RentEvent, Rented } from '../rent/rent-event.ts'
import { wait } from '../stream/wait.ts'

export interface TenantOptions {
  account: LocalAccount
  rpcUrl: string
  addresses: NetworkAddresses
  /** Base URLs of indexers; all are asked. */
  indexers: readonly string[]
  /** Node's own client unless given; a browser passes `fetchTransport`. */
  transport?: Transport | undefined
}

/** An open lease, and what can be done with it. */
export interface TenantLease extends Rented {
  provider: ProviderClient
  /**
   * Ends it: by the provider with a signed settlement, or on chain alone when the provider does not answer within
   * `patienceMs`, 10 seconds by default: what it did not serve, only it can take off.
   */
  close(options?: { patienceMs?: number }): Promise<Settlement>
}

export type RentOptions = Partial<
  Pick<
    RentParameters,
    'secrets' | 'maxRatePerHour' | 'depositSeconds' | 'startWithinSeconds' | 'exclude' | 'pick' | 'signal'
  >
> & {
  /** The group to rent; the workload's only one unless named. */
  group?: string | undefined
  onEvent?: ((event: RentEvent) => void) | undefined
}

/** A wallet on one network: everything that a program needs to rent. */
export interface Tenant {
  chain: ChainClient
  indexers: readonly IndexerClient[]
  openProvider: ReturnType<typeof createProviderOpener>
  /** Rents a workload's group: deposits what the escrow lacks, orders, and returns once the lease is open. */
  rent(workload: Workload, options?: RentOptions): Promise<TenantLease>
}

/**
 * Connects a wallet to a network. Throws `chain.unreachable` or `chain.wrong-network`.
 *
 * @example
 * const tenant = await createTenant({ account, rpcUrl, addresses, indexers: ['http://127.0.0.1:8081'] })
 * const { lease, close } = await tenant.rent(workload)
 * console.log(lease.endpoints[0]?.url)
 * await close()
 */
export async function createTenant(options: TenantOptions): Promise<Tenant> {
  const { account, rpcUrl, addresses, transport = createNodeTransport() } = options
  const now = () => Date.now()
  const chain = await createChainClient({ rpcUrl, addresses, account })
  const indexers = options.indexers.map((baseUrl) => createIndexerClient({ baseUrl, transport }))
  const sessions = createSessionKeeper({ account, domain: chain.domain, now })
  const openProvider = createProviderOpener({ chain, transport, sessions, now })

  const fund = async (amount: bigint) => {
    const held = await chain.escrowBalance()
    if (held < amount) await chain.deposit(amount - held)
  }
  const close = async ({ bid, lease }: Rented, provider: ProviderClient, patienceMs: number) => {
    const { agreement } = bid
    if ((await chain.lease(lease.leaseId)).status === 'open') {
      // Whatever the provider fails with, the chain alone can end it.
      await closeByProvider({ account, chain, provider, agreement, patienceMs, now, wait }).catch(
        () => undefined,
      )
    }
    return (await chain.settlement(lease.leaseId)) ?? chain.closeLease(agreement)
  }

  return {
    chain,
    indexers,
    openProvider,
    async rent(workload, { group: name, onEvent, ...more } = {}) {
      const group = workload.groups.find((one) => name === undefined || one.name === name)
      if (group === undefined || (name === undefined && workload.groups.length > 1)) {
        throw new SubletError('request.invalid', 'Say which group of the workload to rent.', {
          hint: `Its groups are: ${workload.groups.map((one) => one.name).join(', ')}.`,
        })
      }
      const maxRatePerHour = more.maxRatePerHour ?? maxRateOf(group, chain.tokenDecimals)
      const seconds = depositSecondsFor(workload, more.depositSeconds ?? defaultDepositSeconds)
      await fund(depositFor(maxRatePerHour, seconds))
      const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes))
      const renting = rent({
        ...more,
        workload,
        group,
        account,
        chain,
        indexers,
        openProvider,
        maxRatePerHour,
        now,
        random,
      })
      let step = await renting.next()
      for (; step.done !== true; step = await renting.next()) onEvent?.(step.value)
      const rented = step.value
      const provider = await openProvider({ provider: rented.bid.provider, relayUrl: rented.relayUrl })
      return {
        ...rented,
        provider,
        close: ({ patienceMs = closePatienceMs } = {}) => close(rented, provider, patienceMs),
      }
    },
  }
}
