import {
  type Address,
  type Exclusion,
  isSubletError,
  type OrderEvent,
  orderHashOf,
  SubletError,
} from '@sublet/protocol'
import type { IndexerClient } from '../indexer/create-indexer-client.ts'
import type { MemoryProvider } from './memory-provider.ts'

const nobody: Address = '0x0000000000000000000000000000000000000000'

/** An indexer without the wire: screens by rate and exclusion alone, and asks every provider for a bid. */
export function createMemoryIndexer(options: {
  baseUrl: string
  providers: readonly MemoryProvider[]
  /** Answers nothing while this says so. */
  isDown?: (() => boolean) | undefined
}): IndexerClient {
  const { baseUrl, providers, isDown = () => false } = options
  const answering = () => {
    if (isDown()) throw new SubletError('indexer.unreachable', `The indexer at ${baseUrl} does not answer.`)
  }
  return {
    baseUrl,
    async info() {
      answering()
      return {
        indexer: nobody,
        chainId: 31337,
        escrow: nobody,
        feeBps: 0,
        ingress: { domain: 'localhost', port: 1 },
        tunnel: { host: '127.0.0.1', port: 1 },
      }
    },
    names: async () => [],
    async asks() {
      answering()
      return { asks: [] }
    },
    async *postOrder(signedOrder): AsyncGenerator<OrderEvent> {
      answering()
      const { order } = signedOrder
      const excluded: Exclusion[] = []
      const candidates = providers.filter(({ address, behaviour }) => {
        if (order.exclude.includes(address)) {
          excluded.push({ provider: address, reason: 'excluded', message: 'The order excludes it.' })
        } else if (behaviour.ratePerHour > order.maxRatePerHour) {
          const { ratePerHour } = behaviour
          excluded.push({
            provider: address,
            reason: 'rate',
            message: `It asks ${ratePerHour}.`,
            ratePerHour,
          })
        } else return true
        return false
      })
      const [lowest] = excluded
        .flatMap(({ ratePerHour }) => (ratePerHour === undefined ? [] : [ratePerHour]))
        .sort((a, b) => Number(a - b))
      yield {
        type: 'screened',
        orderHash: orderHashOf(order),
        candidates: candidates.map(({ address, behaviour }) => ({
          provider: address,
          ratePerHour: behaviour.ratePerHour,
        })),
        excluded,
        ...(lowest === undefined ? {} : { lowestMatchingRate: lowest }),
      }
      let bids = 0
      for (const provider of candidates) {
        try {
          const bid = await provider.bid(signedOrder, nobody)
          bids += 1
          yield { type: 'bid', bid }
        } catch (error) {
          const message = isSubletError(error) ? error.message : String(error)
          const unreachable = isSubletError(error, 'provider.unreachable')
          yield {
            type: 'declined',
            exclusion: {
              provider: provider.address,
              reason: unreachable ? 'unreachable' : 'declined',
              message,
            },
          }
        }
      }
      yield { type: 'ended', bids }
    },
    async provider(address) {
      answering()
      const provider = providers.find((one) => one.address === address)
      if (provider === undefined)
        throw new SubletError('provider.unknown', `No provider ${address} is listed.`)
      return {
        provider: address,
        publicKey: `0x${'11'.repeat(32)}`,
        connected: !provider.behaviour.silent,
        region: 'test',
      }
    },
    relayUrl: (address) => `${baseUrl}/v1/providers/${address}/relay`,
  }
}
