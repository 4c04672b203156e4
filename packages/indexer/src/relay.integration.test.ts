import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestOptions, request, type Server } from 'node:http'
import { connect as netConnect } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { freePort } from '@sublet/testing'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { FakeProvider } from './testing/fake-provider.ts'
import { type MarketWorld, publicKeyOf, startMarketWorld, testAccount } from './testing/market-world.ts'

/** Looks again and again, for as long as a busy machine may need. */
const eventually = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 10_000 })

let world: MarketWorld
let indexer: Awaited<ReturnType<MarketWorld['indexer']>>
let provider: FakeProvider
let workload: Server
let label: string
let connections = 0
const port = () => Number(new URL(indexer.url).port)

/** What a tenant's container would run. */
function startWorkload(): Server {
  const server = createServer((incoming, response) => {
    if (incoming.url === '/echo-headers') {
      response.setHeader('set-cookie', ['a=1', 'b=2'])
      response.end(JSON.stringify(incoming.headers))
    } else if (incoming.url === '/echo') incoming.pipe(response)
    else if (incoming.url === '/teapot') response.writeHead(418, 'I am a teapot').end('short and stout')
    else if (incoming.url === '/hang') incoming.resume()
    else if (incoming.url === '/die') incoming.socket.destroy()
    else if (incoming.url === '/half') {
      response.writeHead(200, { 'content-length': '100' })
      response.write('begun')
      setImmediate(() => incoming.socket.destroy())
    } else if (incoming.url === '/bulk') {
      response.writeHead(200, { 'content-length': 20_000_000 })
      response.end(Buffer.alloc(20_000_000, 5))
    } else response.end(`${incoming.method} ${incoming.url}`)
  })
  server.on('connection', () => connections++)
  server.on('upgrade', (incoming: IncomingMessage, socket) => {
    const key = createHash('sha1').update(
      `${incoming.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`,
    )
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${key.digest('base64')}\r\nx-seen-host: ${incoming.headers.host}\r\n\r\n`,
    )
    socket.on('data', (bytes) => socket.write(bytes))
    socket.on('error', () => {})
  })
  return server.listen(0, '127.0.0.1')
}

beforeAll(async () => {
  world = await startMarketWorld()
  indexer = await world.indexer({ answerTimeoutMs: 1_000, relayedAtOnce: 50 })
  workload = startWorkload()
  await once(workload, 'listening')
  await world.register(testAccount(1), publicKeyOf(1))
  provider = await world.provider(1, indexer.tunnelPort)
  label = provider.serve('web', (workload.address() as { port: number }).port, ['app.example.org'])
  await eventually(async () => expect((await ask({ path: '/' })).statusCode).toBe(200))
})
afterAll(async () => {
  await provider?.stop()
  await indexer?.stop()
  workload?.close()
  workload?.closeAllConnections()
  await world?.stop()
})

async function ask(
  options: RequestOptions & { host?: string; body?: string | Buffer },
): Promise<IncomingMessage> {
  const { body, headers, host = `${label}.localhost`, ...rest } = options
  const sent = request({
    ...rest,
    host: '127.0.0.1',
    port: port(),
    agent: false,
    headers: { host: `${host}:${port()}`, ...headers },
  })
  sent.end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return answer
}

test('serves a workload at its label, and at a host name of the tenant’s own', async () => {
  expect(await text(await ask({ path: '/x?y=1', method: 'PUT' }))).toBe('PUT /x?y=1')
  expect(await text(await ask({ path: '/x', host: 'APP.example.org' }))).toBe('GET /x')
  const teapot = await ask({ path: '/teapot' })
  expect([teapot.statusCode, teapot.statusMessage, await text(teapot)]).toEqual([
    418,
    'I am a teapot',
    'short and stout',
  ])
  const head = await ask({ path: '/bulk', method: 'HEAD' })
  expect([head.statusCode, head.headers['content-length'], await text(head)]).toEqual([200, '20000000', ''])
})

test('says who asked, whatever the client claims, and keeps the connection’s own headers to itself', async () => {
  const answer = await ask({
    path: '/echo-headers',
    headers: {
      'x-forwarded-for': '6.6.6.6',
      'x-forwarded-proto': 'https',
      forwarded: 'for=6.6.6.6',
      connection: 'keep-alive, x-private',
      'x-private': 'secret',
      te: 'trailers',
      'proxy-authorization': 'Basic eA==',
      'x-kept': 'yes',
    },
  })
  expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2'])
  const seen = JSON.parse(await text(answer))
  expect(seen).toMatchObject({
    host: `${label}.localhost:${port()}`,
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': `${label}.localhost:${port()}`,
    'x-kept': 'yes',
  })
  for (const name of ['x-private', 'te', 'proxy-authorization', 'forwarded'])
    expect(seen).not.toHaveProperty(name)
})

test('streams up and down at once, and carries large bodies whole', async () => {
  const sent = request({
    port: port(),
    host: '127.0.0.1',
    path: '/echo',
    method: 'POST',
    agent: false,
    headers: { host: `${label}.localhost` },
  })
  sent.write('first')
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  for (const word of ['first', 'second', 'third']) {
    if (word !== 'first') sent.write(word)
    const [chunk] = await once(answer, 'data')
    expect(String(chunk)).toBe(word)
  }
  sent.end()
  await once(answer, 'end')
  expect((await buffer(await ask({ path: '/bulk' }))).length).toBe(20_000_000)
  const body = randomBytes(8_000_000)
  expect(Buffer.compare(await buffer(await ask({ path: '/echo', method: 'POST', body })), body)).toBe(0)
})

test('keeps connections to a workload for the next request', async () => {
  await text(await ask({ path: '/' }))
  const before = connections
  for (let round = 0; round < 20; round++) await text(await ask({ path: '/' }))
  expect(connections - before).toBeLessThanOrEqual(1)
  // The workload drops its idle connections, as any server may; nobody notices.
  workload.closeIdleConnections()
  for (let round = 0; round < 5; round++) expect((await ask({ path: '/' })).statusCode).toBe(200)
})

function upgrade(path: string, host = `${label}.localhost`) {
  const sent = request({
    port: port(),
    host: '127.0.0.1',
    path,
    agent: false,
    headers: {
      host,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-version': '13',
    },
  })
  sent.end()
  return sent
}

test('carries WebSockets', async () => {
  const [answer, socket] = await once(upgrade('/ws'), 'upgrade')
  expect(answer.statusCode).toBe(101)
  expect(answer.headers['sec-websocket-accept']).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
  expect(answer.headers['x-seen-host']).toBe(`${label}.localhost`)
  for (const word of ['one', 'two']) {
    socket.write(word)
    expect(String((await once(socket, 'data'))[0])).toBe(word)
  }
  socket.destroy()
  const [refused] = (await once(upgrade('/ws', 'none-0123456789.localhost'), 'response')) as [IncomingMessage]
  expect([refused.statusCode, refused.headers['x-sublet-problem']]).toEqual([404, 'endpoint.not-found'])
  refused.destroy()
})

test('a name that nobody serves gets a page in words, or a document', async () => {
  const page = await ask({
    path: '/',
    host: 'none-0123456789.localhost',
    headers: { accept: 'text/html,*/*' },
  })
  expect([page.statusCode, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
  expect(await text(page)).toContain('No workload is served at none-0123456789.localhost.')
  const problem = await ask({ path: '/', host: '<b>.localhost', headers: { accept: 'text/html' } })
  expect(await text(problem)).not.toContain('<b>.')
  const document = await ask({ path: '/', host: 'none-0123456789.localhost' })
  expect(JSON.parse(await text(document))).toMatchObject({
    code: 'endpoint.not-found',
    hint: expect.any(String),
  })
})

test('a workload that does not answer, or breaks off, is told apart', async () => {
  const hang = await ask({ path: '/hang' })
  expect([hang.statusCode, JSON.parse(await text(hang)).code]).toEqual([504, 'workload.unready'])
  const die = await ask({ path: '/die' })
  expect([die.statusCode, JSON.parse(await text(die)).code]).toEqual([502, 'provider.unreachable'])
  const half = await ask({ path: '/half' })
  await expect(text(half)).rejects.toThrow()
  const dead = provider.serve('dead', await freePort())
  await eventually(async () => {
    const answer = await ask({ path: '/', host: `${dead}.localhost` })
    expect([answer.statusCode, answer.headers['x-sublet-problem']]).toEqual([502, 'provider.unreachable'])
  })
  const [refused] = (await once(upgrade('/ws', `${dead}.localhost`), 'response')) as [IncomingMessage]
  expect(refused.statusCode).toBe(502)
  refused.destroy()
  provider.unserve(dead)
  await eventually(async () =>
    expect((await ask({ path: '/', host: `${dead}.localhost` })).statusCode).toBe(404),
  )
})

test('one address cannot have everything', async () => {
  const hanging = Array.from({ length: 50 }, () => {
    const sent = request({
      port: port(),
      host: '127.0.0.1',
      path: '/echo',
      method: 'POST',
      agent: false,
      headers: { host: `${label}.localhost` },
    })
    sent.on('error', () => {})
    sent.write('x')
    onTestFinished(() => void sent.destroy())
    return once(sent, 'response')
  })
  await Promise.all(hanging)
  const refused = await ask({ path: '/' })
  expect([refused.statusCode, JSON.parse(await text(refused)).code]).toEqual([429, 'limit.exceeded'])
})

test('relays the provider’s sealed route, bytes untouched, both ways at once, and nothing else of it', async () => {
  await eventually(async () => expect((await ask({ path: '/' })).statusCode).toBe(200))
  const base = `/v1/providers/${provider.address}/relay`
  const sent = request({
    port: port(),
    host: '127.0.0.1',
    path: `${base}/v1/sealed?x=1`,
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/octet-stream' },
  })
  sent.write('one')
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  expect(answer.headers['x-path']).toBe('/v1/sealed?x=1')
  expect(String((await once(answer, 'data'))[0])).toBe('one')
  sent.write('two')
  expect(String((await once(answer, 'data'))[0])).toBe('two')
  sent.end()
  await once(answer, 'end')

  const body = randomBytes(4_000_000)
  const echoed = await ask({ host: 'localhost', path: `${base}/v1/sealed`, method: 'POST', body })
  expect(Buffer.compare(await buffer(echoed), body)).toBe(0)
  // JSON that this server would refuse, or a type that it does not know, is none of its business.
  const odd = await ask({
    host: 'localhost',
    path: `${base}/v1/sealed`,
    method: 'POST',
    body: '{',
    headers: { 'content-type': 'application/json' },
  })
  expect(await text(odd)).toBe('{')
  expect(JSON.parse(await text(await ask({ host: 'localhost', path: `${base}/v1/info` })))).toEqual({
    provider: provider.address,
  })
  for (const path of ['/v1/feed', '/v1/bids', `/v1/connect/${label}`, '/v1/sealed/../feed']) {
    const refused = await ask({ host: 'localhost', path: `${base}${path}`, method: 'POST' })
    expect([path, refused.statusCode]).toEqual([path, 404])
    refused.destroy()
  }
  const unknown = await ask({ host: 'localhost', path: `/v1/providers/0x${'99'.repeat(20)}/relay/v1/info` })
  expect([unknown.statusCode, JSON.parse(await text(unknown)).code]).toEqual([502, 'provider.unreachable'])
})

test('a client that goes in the middle leaves the tunnel as it was', async () => {
  for (let round = 0; round < 30; round++) {
    const answer = await ask({ path: '/bulk' })
    answer.destroy()
    const socket = netConnect(port(), '127.0.0.1')
    socket.on('error', () => {})
    socket.end(`POST /echo HTTP/1.1\r\nhost: ${label}.localhost\r\ncontent-length: 1000\r\n\r\nhalf`)
    await once(socket, 'connect')
    socket.destroy()
  }
  await eventually(async () => expect((await ask({ path: '/' })).statusCode).toBe(200))
  expect((await buffer(await ask({ path: '/bulk' }))).length).toBe(20_000_000)
  expect(provider.dialled.state().connected).toBe(true)
})

test('a provider that comes back serves its names again', async () => {
  await provider.stop()
  await eventually(async () => {
    const answer = await ask({ path: '/' })
    expect([answer.statusCode, answer.headers['x-sublet-problem']]).toEqual([502, 'provider.unreachable'])
    answer.destroy()
  })
  provider = await world.provider(1, indexer.tunnelPort)
  expect(provider.serve('web', (workload.address() as { port: number }).port)).toBe(label)
  await eventually(async () => expect((await ask({ path: '/' })).statusCode).toBe(200))
})
