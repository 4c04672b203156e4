import { Agent, get } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { connect } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { addressSchema, amountSchema, SubletError } from '@sublet/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { createLog } from '../log/log.ts'
import { createMetrics } from '../metrics/metrics.ts'
import { listen } from './listen.ts'
import { createReadiness } from './readiness.ts'
import { type ServerEvent, sendEvents } from './send-events.ts'
import { sendLines } from './send-lines.ts'
import { createHttpServer, type HttpServerOptions } from './server.ts'

function setUp(options: Partial<HttpServerOptions> = {}) {
  const lines: string[] = []
  const log = createLog({ name: 'test', destination: { write: (line) => void lines.push(line) } })
  const metrics = createMetrics({ name: 'test', processMetrics: false })
  const app = createHttpServer({ name: 'test', log, metrics, ...options })
  onTestFinished(() => app.close())
  return { app, lines, metrics }
}

test('decodes requests and encodes responses by their schemas', async () => {
  const { app } = setUp()
  const schema = z.strictObject({ amount: amountSchema, to: addressSchema })
  app.post('/double', { schema: { body: schema, response: { 200: schema } } }, (request) => ({
    amount: request.body.amount * 2n,
    to: request.body.to,
  }))
  const answer = await app.inject({
    method: 'POST',
    url: '/double',
    payload: { amount: '9007199254740993', to: `0x${'AB'.repeat(20)}` },
  })
  expect(answer.json()).toEqual({ amount: '18014398509481986', to: `0x${'ab'.repeat(20)}` })
})

test('names the field of a malformed request in a problem document', async () => {
  const { app } = setUp()
  app.post('/x', { schema: { body: z.object({ rate: z.object({ max: amountSchema }) }) } }, () => 'never')
  const answer = await app.inject({ method: 'POST', url: '/x', payload: { rate: { max: -1 } } })
  expect(answer.statusCode).toBe(400)
  expect(answer.headers['content-type']).toContain('application/problem+json')
  expect(answer.json()).toMatchObject({
    code: 'request.invalid',
    details: { problems: [{ field: 'body.rate.max' }] },
  })
})

test('tells errors that a caller can act on, with their cure, bigints as strings', async () => {
  const { app, lines } = setUp()
  app.get('/pay', () => {
    throw new SubletError('funds.insufficient', 'The wallet holds 1, 5 are needed.', {
      hint: 'Run `sublet wallet fund`.',
      details: { missing: 4n },
    })
  })
  const answer = await app.inject('/pay')
  expect(answer.statusCode).toBe(402)
  expect(answer.json()).toMatchObject({
    code: 'funds.insufficient',
    detail: 'The wallet holds 1, 5 are needed.',
    hint: 'Run `sublet wallet fund`.',
    details: { missing: '4' },
    retryable: false,
  })
  expect(lines).toEqual([])
})

test('logs what nobody expected, and leaks nothing of it', async () => {
  const { app, lines } = setUp()
  app.get('/bug', () => {
    throw new Error('password is hunter2')
  })
  const answer = await app.inject('/bug')
  expect(answer.statusCode).toBe(500)
  expect(answer.json().code).toBe('internal')
  expect(answer.body).not.toContain('hunter2')
  expect(lines.join()).toContain('hunter2')
})

test('a response that does not fit its schema is internal', async () => {
  const { app } = setUp()
  app.get('/odd', { schema: { response: { 200: z.object({ n: z.int() }) } } }, () => ({ n: 1.5 }))
  const answer = await app.inject('/odd')
  expect([answer.statusCode, answer.json().code]).toEqual([500, 'internal'])
})

test('unknown routes, unreadable JSON and large bodies are problem documents', async () => {
  const { app } = setUp({ bodyLimitBytes: 100 })
  app.post('/x', () => 'ok')
  const json = { 'content-type': 'application/json' }
  const missing = await app.inject('/nowhere?secret=1')
  const broken = await app.inject({ method: 'POST', url: '/x', headers: json, payload: '{"a":' })
  const large = await app.inject({
    method: 'POST',
    url: '/x',
    headers: json,
    payload: `"${'x'.repeat(200)}"`,
  })
  expect([missing, broken, large].map((answer) => [answer.statusCode, answer.json().code])).toEqual([
    [404, 'route.not-found'],
    [400, 'request.invalid'],
    [413, 'request.too-large'],
  ])
})

test('is ready only when every part is, and says which is not', async () => {
  let works = false
  const readiness = createReadiness({ always: () => {} })
  readiness.add('store', () => {
    if (!works) throw new Error('the database does not answer')
  })
  const { app } = setUp({ readiness })
  const before = await app.inject('/readyz')
  works = true
  const after = await app.inject('/readyz')
  expect([before.statusCode, before.json().checks]).toEqual([
    503,
    { always: 'ok', store: 'the database does not answer' },
  ])
  expect([after.statusCode, after.json().status]).toEqual([200, 'ready'])
  expect((await app.inject('/healthz')).json()).toEqual({ status: 'ok' })
})

test('counts requests by route and problems by code', async () => {
  const { app } = setUp()
  app.get('/items/:id', () => 'x')
  await app.inject('/items/1')
  await app.inject('/items/2')
  await app.inject('/nowhere')
  const { body } = await app.inject('/metrics')
  expect(body).toMatch(/http_request_duration_seconds_count\{.*route="\/items\/:id",status="200"\} 2/)
  expect(body).toMatch(/sublet_http_problems_total\{.*code="route.not-found".*\} 1/)
})

test('describes every route in OpenAPI 3.1 as it travels', async () => {
  const { app } = setUp()
  app.post(
    '/pay/:to',
    {
      schema: {
        params: z.object({ to: addressSchema }),
        body: z.object({ amount: amountSchema }),
        response: { 200: z.object({ left: amountSchema }) },
      },
    },
    () => ({ left: 0n }),
  )
  const api = (await app.inject('/openapi.json')).json()
  expect(api.openapi).toBe('3.1.0')
  expect(Object.keys(api.paths)).toEqual(['/pay/{to}'])
  const { post } = api.paths['/pay/{to}']
  expect(post.requestBody.content['application/json'].schema.properties.amount.type).toBe('string')
  expect(post.responses['200'].content['application/json'].schema.properties.left.type).toBe('string')
  expect(post.parameters[0]).toMatchObject({ in: 'path', name: 'to' })
})

test('hands a byte body over as a stream, past the limit of other bodies', async () => {
  const { app } = setUp({ bodyLimitBytes: 10 })
  app.post('/sealed', async (request) => {
    let bytes = 0
    for await (const chunk of request.body as AsyncIterable<Uint8Array>) bytes += chunk.length
    return { bytes }
  })
  const answer = await app.inject({
    method: 'POST',
    url: '/sealed',
    headers: { 'content-type': 'application/octet-stream' },
    payload: Readable.from([Buffer.alloc(70_000), Buffer.alloc(30_000)]),
  })
  expect(answer.json()).toEqual({ bytes: 100_000 })
})

test('sends events with names, and tells a failure as the last one', async () => {
  const { app } = setUp()
  app.get('/events', (_request, reply) =>
    sendEvents(reply, async function* (): AsyncGenerator<ServerEvent> {
      yield { event: 'bid', data: { rate: 5n } }
      yield { data: 'plain', id: '7' }
      throw new SubletError('order.expired', 'The order is over.')
    }),
  )
  const answer = await app.inject('/events')
  expect(answer.headers['content-type']).toContain('text/event-stream')
  const frames = answer.body.split('\n\n')
  expect(frames.slice(0, 3)).toEqual([':', 'event: bid\ndata: {"rate":"5"}', 'id: 7\ndata: "plain"'])
  expect(frames[3]).toContain('event: problem\ndata: {')
  expect(frames[3]).toContain('"code":"order.expired"')
})

test('keeps a silent event stream alive, and ends its source when the client goes', async () => {
  const { app } = setUp()
  let ended = false
  app.get('/events', (_request, reply) =>
    sendEvents(
      reply,
      async function* (signal) {
        yield { data: 1 }
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        ended = true
      },
      { keepAliveMs: 5 },
    ),
  )
  const { port } = await listen({ server: app, port: 0 })
  const socket = connect(port, '127.0.0.1')
  socket.write('GET /events HTTP/1.1\r\nHost: x\r\n\r\n')
  let received = ''
  for await (const chunk of socket) {
    received += chunk
    if (received.split(':\n\n').length > 3) break
  }
  await expect.poll(() => ended, { timeout: 10_000 }).toBe(true)
})

test('closing the server ends its endless streams', async () => {
  const { app } = setUp()
  app.get('/lines', (_request, reply) =>
    sendLines(reply, async function* (signal: AbortSignal) {
      yield { n: 1 }
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    }),
  )
  const { url } = await listen({ server: app, port: 0 })
  const response = await fetch(`${url}/lines`)
  const reader = response.body?.getReader()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('{"n":1}\n')
  await app.close()
  expect((await reader?.read())?.done).toBe(true)
})

test('reads a source of lines no faster than the client takes them', async () => {
  const { app } = setUp()
  let made = 0
  const line = 'x'.repeat(10_000)
  app.get('/lines', (_request, reply) =>
    sendLines(reply, async function* () {
      for (; made < 10_000; made++) yield line
    }),
  )
  const { port } = await listen({ server: app, port: 0 })
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.pause()
  socket.write('GET /lines HTTP/1.1\r\nHost: x\r\n\r\n')
  let before = -1
  // Buffers fill, then it stands still, long before the hundred megabytes are made.
  await expect
    .poll(
      () => {
        const still = made > 0 && made === before
        before = made
        return still
      },
      { interval: 100, timeout: 5000 },
    )
    .toBe(true)
  expect(made).toBeLessThan(5000)
})

test('names the setting to change when the port is taken', async () => {
  const first = setUp().app
  const { port } = await listen({ server: first, port: 0 })
  const second = setUp().app
  await expect(listen({ server: second, port, setting: 'SUBLET_PORT' })).rejects.toMatchObject({
    code: 'port.taken',
    hint: expect.stringContaining('SUBLET_PORT'),
  })
})

test('serves HTTP/2, both directions at once, from a server of one’s own', async () => {
  const { app } = setUp({ serverFactory: (handler) => createHttp2Server(handler) })
  app.post('/echo', (request, reply) =>
    reply.type('application/octet-stream').send((request.body as Readable).pipe(new PassThrough())),
  )
  app.get('/fail', () => {
    throw new SubletError('lease.closed', 'It is over.')
  })
  const { url } = await listen({ server: app, port: 0 })
  const session = connectHttp2(url)
  onTestFinished(() => session.destroy())
  const echo = session.request({
    ':method': 'POST',
    ':path': '/echo',
    'content-type': 'application/octet-stream',
  })
  const heard = echo.setEncoding('utf8')[Symbol.asyncIterator]()
  for (const word of ['one', 'two']) {
    echo.write(word)
    expect((await heard.next()).value).toBe(word)
  }
  echo.end()
  expect((await heard.next()).done).toBe(true)

  const failing = session.request({ ':path': '/fail' })
  let status: number | undefined
  failing.on('response', (headers) => {
    status = headers[':status']
  })
  let body = ''
  for await (const chunk of failing.setEncoding('utf8')) body += chunk
  expect([status, JSON.parse(body).code]).toEqual([410, 'lease.closed'])
})

test('closing answers a request under way, and does not wait for its connection to be used again', async () => {
  const { app } = setUp({ closeGraceMs: 60_000 })
  let answer = () => {}
  app.get('/slow', () => new Promise((resolve) => (answer = () => resolve('done'))))
  const { port } = await listen({ server: app, port: 0 })
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  const answered = new Promise<string>((resolve) => {
    get({ port, path: '/slow', agent }, async (response) => {
      let body = ''
      for await (const chunk of response.setEncoding('utf8')) body += chunk
      resolve(body)
    })
  })
  const waiting = answer
  await expect.poll(() => answer !== waiting, { timeout: 10_000 }).toBe(true)
  const closed = app.close()
  answer()
  expect(await answered).toBe('done')
  await closed
})

test('closing cuts off what does not end', async () => {
  const { app } = setUp({ closeGraceMs: 20 })
  let asked = false
  app.get('/never', () => {
    asked = true
    return new Promise(() => {})
  })
  const { port } = await listen({ server: app, port: 0 })
  const socket = connect(port, '127.0.0.1')
  const ended = new Promise((resolve) => socket.on('close', resolve))
  socket.on('error', () => {})
  socket.write('GET /never HTTP/1.1\r\nHost: x\r\n\r\n')
  await expect.poll(() => asked, { timeout: 10_000 }).toBe(true)
  await app.close()
  await ended
})
