import {
  type Address,
  addressSchema,
  bytes32Schema,
  type Hex,
  type Market,
  marketSchema,
  type OrderEvent,
  type OwnName,
  orderEventSchema,
  ownNameListSchema,
  type SignedOrder,
  SubletError,
  signedOrderSchema,
} from '@sublet/protocol'
import { z } from 'zod'
import { answered } from '../http/answered.ts'
import { fetchTransport } from '../http/fetch-transport.ts'
import { queryText } from '../http/query-text.ts'
import type { Transport, TransportRequest } from '../http/transport.ts'
import { readAll } from '../stream/read-all.ts'
import { readServerEvents } from './read-server-events.ts'

const indexerInfoSchema = z.object({
  indexer: addressSchema,
  chainId: z.int(),
  escrow: addressSchema,
  feeBps: z.int(),
  ingress: z.object({ domain: z.string(), port: z.int() }),
  tunnel: z.object({ host: z.string(), port: z.int() }),
})
export type IndexerInfo = z.output<typeof indexerInfoSchema>

const listedProviderSchema = z.object({
  provider: addressSchema,
  publicKey: bytes32Schema,
  connected: z.boolean(),
  region: z.string(),
})
/** What an indexer says of a provider. The key is a claim: the registry has the last word. */
export type ListedProvider = z.output<typeof listedProviderSchema>

export interface AskQuery {
  /** GPU model, such as `rtx4090`. */
  gpu?: string | undefined
  region?: string | undefined
  cursor?: string | undefined
  limit?: number | undefined
}

export interface CallOptions {
  signal?: AbortSignal | undefined
}

export interface IndexerClient {
  readonly baseUrl: string
  info(options?: CallOptions): Promise<IndexerInfo>
  /** One page of what is on offer. */
  asks(query?: AskQuery, options?: CallOptions): Promise<Market>
  /** Posts an order and yields what comes of it, until the indexer has no more to say. */
  postOrder(signedOrder: SignedOrder, options?: CallOptions): AsyncGenerator<OrderEvent>
  provider(address: Address, options?: CallOptions): Promise<ListedProvider>
  /** How the host names that a lease brought stand at this indexer. */
  names(leaseId: Hex, options?: CallOptions): Promise<OwnName[]>
  /** Where the provider's own API is reached through this indexer. */
  relayUrl(address: Address): string
}

const maxAnswerBytes = 64 * 1024 * 1024

/**
 * Speaks to an indexer. Every call throws `indexer.unreachable` when nobody answers, and the SubletError that the
 * indexer's problem document names when it refuses.
 *
 * @example
 * const indexer = createIndexerClient({ baseUrl: 'http://127.0.0.1:8081' })
 * const { asks } = await indexer.asks({ gpu: 'rtx4090' })
 */
export function createIndexerClient(options: { baseUrl: string; transport?: Transport }): IndexerClient {
  const baseUrl = options.baseUrl.replace(/\/+$/, '')
  const transport = options.transport ?? fetchTransport
  const who = `The indexer at ${baseUrl}`

  const call = async (request: Omit<TransportRequest, 'url'> & { path: string }) => {
    const { path, ...rest } = request
    const response = await transport({ ...rest, url: `${baseUrl}${path}` }).catch((cause: unknown) => {
      if (request.signal?.aborted) throw cause
      throw new SubletError('indexer.unreachable', `${who} does not answer.`, {
        hint: 'Check its address and that it runs; other indexers can be named beside it.',
        cause,
      })
    })
    return answered(response, who, 'indexer.unreachable')
  }

  const get = async <S extends z.ZodType>(schema: S, path: string, signal: AbortSignal | undefined) => {
    const response = await call({ method: 'GET', path, signal })
    const bytes = await readAll(response.body, maxAnswerBytes)
    return parseAnswer(schema, new TextDecoder().decode(bytes))
  }

  const parseAnswer = <S extends z.ZodType>(schema: S, text: string): z.output<S> => {
    const parsed = schema.safeParse(safeJson(text))
    if (parsed.success) return parsed.data
    throw new SubletError('indexer.unreachable', `${who} gave an answer that is not understood.`, {
      hint: 'Check that the address is an indexer of this network and speaks the same version.',
      cause: parsed.error,
    })
  }

  return {
    baseUrl,
    info: ({ signal } = {}) => get(indexerInfoSchema, '/v1/info', signal),
    asks: (query = {}, { signal } = {}) => get(marketSchema, `/v1/asks${queryText({ ...query })}`, signal),
    provider: (address, { signal } = {}) => get(listedProviderSchema, `/v1/providers/${address}`, signal),
    names: async (leaseId, { signal } = {}) =>
      (await get(ownNameListSchema, `/v1/leases/${leaseId}/names`, signal)).names,
    relayUrl: (address) => `${baseUrl}/v1/providers/${address}/relay`,
    async *postOrder(signedOrder, { signal } = {}) {
      const response = await call({
        method: 'POST',
        path: '/v1/orders',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: new TextEncoder().encode(JSON.stringify(signedOrderSchema.encode(signedOrder))),
        signal,
      })
      for await (const { data } of readServerEvents(response.body)) {
        const event = parseAnswer(orderEventSchema, data)
        yield event
        if (event.type === 'ended') return
      }
      throw new SubletError('indexer.unreachable', `${who} broke off before it had asked every provider.`, {
        hint: 'Order again, or name another indexer.',
      })
    },
  }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
