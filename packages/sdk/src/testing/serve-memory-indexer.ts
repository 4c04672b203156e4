import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  askSchema,
  isSubletError,
  marketSchema,
  orderEventSchema,
  type SignedAsk,
  SubletError,
  signedOrderSchema,
  toProblem,
} from '@sublet/protocol'
import type { IndexerClient } from '../indexer/create-indexer-client.ts'
import { readAll } from '../stream/read-all.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export interface ServedIndexer extends AsyncDisposable {
  baseUrl: string
  stop(): Promise<void>
}

/** Puts an indexer in memory behind its HTTP API, with a relay to sealed handlers by provider. */
export async function serveMemoryIndexer(options: {
  indexer: IndexerClient
  /** Handlers of `/v1/sealed`, by the provider's address. */
  relays: ReadonlyMap<string, Handler>
  asks?: readonly SignedAsk[]
  port?: number
}): Promise<ServedIndexer> {
  const { indexer, relays, asks = [], port = 0 } = options
  const json = (response: ServerResponse, value: unknown) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(value))
  }
  const answer: Handler = async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://indexer').pathname
    const [, , , provider = '', relay, ...rest] = path.split('/')
    if (path === '/v1/info') return json(response, await indexer.info())
    if (path === '/v1/asks') {
      const market = {
        asks: asks.map((signedAsk) => ({ signedAsk, connected: relays.has(signedAsk.ask.provider) })),
      }
      return json(response, marketSchema.encode(market))
    }
    if (path === '/v1/orders') {
      const body = new TextDecoder().decode(await readAll(request, 1e6))
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for await (const event of indexer.postOrder(signedOrderSchema.parse(JSON.parse(body)))) {
        response.write(`event: ${event.type}\ndata: ${JSON.stringify(orderEventSchema.encode(event))}\n\n`)
      }
      response.end()
      return
    }
    if (relay === 'relay' && rest.join('/') === 'v1/sealed') {
      const handler = relays.get(provider)
      if (handler === undefined)
        throw new SubletError('provider.unreachable', 'The provider is not connected.')
      return handler(request, response)
    }
    if (path.startsWith('/v1/providers/') && relay === undefined) {
      return json(response, await indexer.provider(provider as `0x${string}`))
    }
    throw new SubletError('route.not-found', `There is nothing at ${path}.`)
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const known = isSubletError(error) ? error : new SubletError('internal', String(error))
      if (response.headersSent) response.destroy()
      else
        response
          .writeHead(known.status, { 'content-type': 'application/problem+json' })
          .end(JSON.stringify(toProblem(known)))
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const bound = server.address() as AddressInfo
  const stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { baseUrl: `http://127.0.0.1:${bound.port}`, stop, [Symbol.asyncDispose]: stop }
}

/** An ask by a provider of nothing in particular. */
export function anAsk(provider: `0x${string}`, token: `0x${string}`): SignedAsk {
  const stock = { total: 4000, free: 4000 }
  const ask = askSchema.parse({
    provider,
    chainId: 31337,
    sequence: 1,
    expiresAtMs: 4_000_000_000_000,
    token,
    prices: {
      cpuPerCoreHour: '100000',
      memoryPerGibHour: '1',
      storagePerGibHour: { default: '1' },
      gpuPerHour: {},
      endpointPerHour: '0',
      ipPerHour: '0',
    },
    inventory: {
      cpuMillis: stock,
      cpuArch: 'amd64',
      memoryBytes: stock,
      storageBytes: { default: stock },
      gpus: [],
      ips: { total: 0, free: 0 },
    },
    region: 'test',
    attributes: {},
    runtime: 'docker',
    tenants: [],
    publicKey: `0x${'11'.repeat(32)}`,
    images: [],
  })
  return { ask, signature: '0x00' }
}
