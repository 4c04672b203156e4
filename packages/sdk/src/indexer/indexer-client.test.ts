import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type OrderEvent,
  orderEventSchema,
  orderFor,
  type SignedOrder,
  SubletError,
  signedOrderSchema,
  toProblem,
} from '@sublet/protocol'
import { expect, test } from 'vitest'
import { fetchTransport } from '../http/fetch-transport.ts'
import { createNodeTransport } from '../http/node-transport.ts'
import { aWorkload, firstGroup } from '../testing/a-workload.ts'
import { createIndexerClient } from './create-indexer-client.ts'

async function serving(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const address = `0x${'12'.repeat(20)}` as const
const signedOrder: SignedOrder = {
  order: orderFor(aWorkload(), firstGroup(aWorkload()), {
    tenant: address,
    chainId: 1,
    token: address,
    salt: `0x${'01'.repeat(32)}`,
    maxRatePerHour: 10n ** 20n,
    depositSeconds: 3600,
    startWithinSeconds: 60,
    createdAtMs: 1,
    expiresAtMs: 2,
  }),
  signature: '0x1234',
}
const screened: OrderEvent = {
  type: 'screened',
  orderHash: `0x${'02'.repeat(32)}`,
  candidates: [{ provider: address, ratePerHour: 10n ** 19n }],
  excluded: [],
}

async function eventsFrom(chunks: readonly string[], transport = createNodeTransport()) {
  let posted = ''
  await using site = await serving((request, response) => {
    request.on('data', (chunk) => {
      posted += chunk
    })
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const chunk of chunks) response.write(chunk)
      response.end()
    })
  })
  const events: OrderEvent[] = []
  const client = createIndexerClient({ baseUrl: site.baseUrl, transport })
  for await (const event of client.postOrder(signedOrder)) events.push(event)
  return { events, posted }
}

const frame = (event: OrderEvent) =>
  `event: ${event.type}\ndata: ${JSON.stringify(orderEventSchema.encode(event))}\n\n`

for (const [name, transport] of [
  ['node', createNodeTransport()],
  ['fetch', fetchTransport],
] as const) {
  test(`posts an order and reads its events over ${name}, however they are cut`, async () => {
    const text = `:\n\n${frame(screened)}:\n\n${frame({ type: 'ended', bids: 0 })}`
    const { events, posted } = await eventsFrom(
      [text.slice(0, 40), text.slice(40, 41), text.slice(41)],
      transport,
    )
    expect(events).toEqual([screened, { type: 'ended', bids: 0 }])
    expect(signedOrderSchema.parse(JSON.parse(posted))).toEqual(signedOrder)
  })
}

test('says so when the indexer breaks off before it is done', async () => {
  await expect(eventsFrom([frame(screened)])).rejects.toMatchObject({ code: 'indexer.unreachable' })
})

test('gives the problem that the indexer names', async () => {
  await using site = await serving((_request, response) => {
    response.writeHead(429, { 'content-type': 'application/problem+json' })
    response.end(JSON.stringify(toProblem(new SubletError('limit.exceeded', 'Too many orders.'))))
  })
  await expect(createIndexerClient({ baseUrl: site.baseUrl }).info()).rejects.toMatchObject({
    code: 'limit.exceeded',
    message: 'Too many orders.',
  })
})

test('says that nobody answers, and that an answer is no indexer’s', async () => {
  await expect(createIndexerClient({ baseUrl: 'http://127.0.0.1:1' }).asks()).rejects.toMatchObject({
    code: 'indexer.unreachable',
  })
  await using site = await serving((_request, response) => response.end('<html>'))
  await expect(createIndexerClient({ baseUrl: site.baseUrl }).info()).rejects.toMatchObject({
    code: 'indexer.unreachable',
  })
})
