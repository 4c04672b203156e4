import {
  type Address,
  addressSchema,
  amountSchema,
  bytes32Schema,
  marketSchema,
  SubletError,
} from '@sublet/protocol'
import type { HttpServer } from '@sublet/service'
import { z } from 'zod'
import { type ListedAsk, pageOfAsks } from '../book/page.ts'
import type { LeaseFigures } from '../registry/lease-history.ts'
import type { RegisteredNode } from '../registry/node-history.ts'

export const indexerInfoSchema = z.strictObject({
  indexer: addressSchema,
  chainId: z.int(),
  escrow: addressSchema,
  feeBps: z.int(),
  ingress: z.strictObject({ domain: z.string(), port: z.int() }),
  tunnel: z.strictObject({ host: z.string(), port: z.int() }),
})
export type IndexerInfo = z.output<typeof indexerInfoSchema>

const figuresSchema = z.strictObject({
  providers: z.strictObject({ listed: z.int(), connected: z.int() }),
  leases: z.strictObject({
    opened: z.int(),
    running: z.int(),
    closed: z.int(),
    byToken: z.array(
      z.strictObject({
        token: addressSchema,
        running: z.int(),
        ratePerHour: amountSchema,
        paidAtClosing: amountSchema,
      }),
    ),
  }),
})

export interface MarketRouteParts {
  info: () => IndexerInfo
  asks: () => readonly ListedAsk[]
  node: (provider: Address) => Promise<RegisteredNode | undefined>
  isConnected: (provider: Address) => boolean
  regionOf: (provider: Address) => string | undefined
  figures: () => Promise<LeaseFigures>
  connected: () => number
}

/** What is on offer, by whom, and who this indexer is. */
export function marketRoutes(server: HttpServer, parts: MarketRouteParts): void {
  server.get(
    '/v1/info',
    { schema: { summary: 'This indexer', response: { 200: indexerInfoSchema } } },
    async () => parts.info(),
  )

  server.get(
    '/v1/asks',
    {
      schema: {
        summary: 'What is on offer, in the order of providers’ addresses',
        querystring: z.object({
          gpu: z.string().optional().describe('A model such as rtx4090'),
          region: z.string().optional().describe('Such as eu-west, or eu'),
          cursor: z.string().optional().describe('The nextCursor of the page before'),
          limit: z.coerce.number().int().min(1).max(500).default(100),
        }),
        response: { 200: marketSchema },
      },
    },
    async (request) => pageOfAsks(parts.asks(), request.query),
  )

  server.get(
    '/v1/providers/:address',
    {
      schema: {
        summary: 'One provider',
        params: z.object({ address: addressSchema }),
        response: {
          200: z.strictObject({
            provider: addressSchema,
            publicKey: bytes32Schema,
            connected: z.boolean(),
            region: z.string(),
          }),
        },
      },
    },
    async (request) => {
      const { address } = request.params
      const node = await parts.node(address)
      if (node === undefined || !node.roles.includes('provider')) {
        throw new SubletError('provider.unknown', `The registry lists no provider ${address}.`, {
          hint: 'Check the address, and that this indexer serves your network.',
        })
      }
      return {
        provider: address,
        publicKey: node.publicKey,
        connected: parts.isConnected(address),
        region: parts.regionOf(address) ?? '',
      }
    },
  )

  server.get(
    '/v1/figures',
    { schema: { summary: 'The market in figures', response: { 200: figuresSchema } } },
    async () => ({
      providers: { listed: parts.asks().length, connected: parts.connected() },
      leases: await parts.figures(),
    }),
  )
}
