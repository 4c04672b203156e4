import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Address, generateSealKeyPair } from '@sublet/protocol'
import { type AnvilNetwork, startAnvilNetwork } from './anvil-network.ts'
import { createMemoryIndexer } from './memory-indexer.ts'
import { type Behaviour, createMemoryProvider, type MemoryProvider } from './memory-provider.ts'
import { anAsk, serveMemoryIndexer } from './serve-memory-indexer.ts'
import { sealedHandler } from './serve-memory-provider.ts'

/** A real chain, and an indexer, providers and a workload behind real sockets: all but containers. */
export interface ServedMarket {
  network: AnvilNetwork
  providers: readonly MemoryProvider[]
  indexerUrl: string
  stop(): Promise<void>
}

export const workloadAnswer = 'hello from the workload'

export async function aServedMarket(behaviours: readonly Partial<Behaviour>[]): Promise<ServedMarket> {
  const network = await startAnvilNetwork()
  try {
    return await serveOn(network, behaviours)
  } catch (error) {
    await network.stop()
    throw error
  }
}

async function serveOn(
  network: AnvilNetwork,
  behaviours: readonly Partial<Behaviour>[],
): Promise<ServedMarket> {
  const { chainId, escrow, testDollar } = network.addresses
  const domain = { chainId, escrow }
  const workload = createServer((_request, response) => response.end(workloadAnswer))
  await new Promise<void>((resolve) => workload.listen(0, '127.0.0.1', resolve))
  const endpointUrl = `http://web.localhost:${(workload.address() as AddressInfo).port}/`
  const relays = new Map<string, ReturnType<typeof sealedHandler>>()
  const providers: MemoryProvider[] = []
  for (const [index, behaviour] of behaviours.entries()) {
    const account = network.account(2 + index)
    const { publicKey, privateKey } = await generateSealKeyPair()
    await network.register(account, publicKey)
    const chain = network.providerChain(account)
    const provider = createMemoryProvider({ account, domain, chain, now: Date.now, behaviour, endpointUrl })
    providers.push(provider)
    relays.set(provider.address, sealedHandler({ provider, domain, privateKey, now: Date.now }))
  }
  const served = await serveMemoryIndexer({
    indexer: createMemoryIndexer({ baseUrl: 'http://in-memory', providers }),
    relays,
    asks: providers.map(({ address }) => anAsk(address, testDollar.toLowerCase() as Address)),
  })
  return {
    network,
    providers,
    indexerUrl: served.baseUrl,
    async stop() {
      await served.stop()
      workload.close()
      await network.stop()
    },
  }
}
