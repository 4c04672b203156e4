import { marketSchema, networkSummarySchema, walletSummarySchema } from '@sublet/protocol'
import type { ChainClient, IndexerClient } from '@sublet/sdk'
import type { HttpServer } from '@sublet/service'
import { z } from 'zod'
import { readMarket } from '../market/read-market.ts'

const marketQuery = z.object({ gpu: z.string().optional(), region: z.string().optional() })

export interface NetworkRoutesOptions {
  chain: ChainClient
  indexers: readonly IndexerClient[]
  embedded: boolean
}

export function networkRoutes(server: HttpServer, options: NetworkRoutesOptions): void {
  const { chain, indexers, embedded } = options
  server.get(
    '/v1/market',
    { schema: { summary: 'What is on offer', querystring: marketQuery, response: { 200: marketSchema } } },
    async (request) => readMarket(indexers, request.query),
  )
  server.get(
    '/v1/wallet',
    { schema: { summary: 'What the wallet and the escrow hold', response: { 200: walletSummarySchema } } },
    async () => {
      const [walletBalance, escrowBalance, gasBalance] = await Promise.all([
        chain.tokenBalance(),
        chain.escrowBalance(),
        chain.gasBalance(),
      ])
      return {
        address: chain.account ?? '0x',
        chainId: chain.domain.chainId,
        token: chain.token,
        tokenSymbol: chain.tokenSymbol,
        tokenDecimals: chain.tokenDecimals,
        walletBalance,
        escrowBalance,
        gasBalance,
      }
    },
  )
  server.get(
    '/v1/network',
    { schema: { summary: 'Chain, contracts and indexers', response: { 200: networkSummarySchema } } },
    async () => ({
      chainId: chain.domain.chainId,
      rpcUrl: chain.rpcUrl,
      addresses: contractAddresses(chain),
      indexers: indexers.map(({ baseUrl }) => baseUrl),
      embedded,
    }),
  )
}

function contractAddresses(chain: ChainClient): Record<string, string> {
  const entries = Object.entries(chain.addresses).filter(([, value]) => typeof value === 'string')
  return Object.fromEntries(entries as [string, string][])
}
