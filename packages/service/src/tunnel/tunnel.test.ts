import { once, setMaxListeners } from 'node:events'
import { createServer as createNetServer, connect as netConnect, type Socket } from 'node:net'
import { PassThrough, type Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { createServer as createTlsServer, type TLSSocket, connect as tlsConnect } from 'node:tls'
import { type Address, SubletError } from '@sublet/protocol'
import { freePort } from '@sublet/testing'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterEach, expect, test, vi } from 'vitest'
import { type AcceptTunnelsOptions, acceptTunnels } from './accept.ts'
import { isBindingSigned, signBinding } from './binding.ts'
import { makeCertificate } from './certificate.ts'
import { type DialTunnelOptions, dialTunnel } from './dial.ts'
import { createTunnelServer } from './flow.ts'
import { tunnelProtocol } from './handshake.ts'
import type { Tunnel } from './tunnel.ts'

/** Looks again and again, for as long as a busy machine may need. */
const eventually = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 15_000 })

const log = { debug() {}, info() {}, warn() {} }
const tls = await makeCertificate(Date.now())
const indexer = privateKeyToAccount(generatePrivateKey())
const provider = privateKeyToAccount(generatePrivateKey())
const fast = { sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) }
const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

/** The API that the tests' provider serves. */
const server = createTunnelServer((request, response) => {
  const path = request.url
  if (path === '/small') response.end('{"ok":true}')
  else if (path === '/upper') {
    response.writeHead(200)
    request.on('data', (chunk: Buffer) => response.write(chunk.toString().toUpperCase()))
    request.on('end', () => response.end())
  } else if (path === '/v1/connect/echo-0123456789') {
    response.writeHead(200)
    response.stream.pipe(response.stream)
  } else if (path === '/bulk') response.end(Buffer.alloc(50_000_000, 7))
  else if (path === '/early') {
    response.writeHead(413)
    response.end('too much')
  } else if (path === '/silent') request.resume()
  else if (path === '/cut') response.stream.session?.destroy()
  else {
    response.writeHead(404)
    response.end()
  }
})

async function listen(options: Partial<AcceptTunnelsOptions> = {}) {
  const tunnels: Tunnel[] = []
  const listener = await acceptTunnels({
    tls,
    identity: indexer,
    authorise: async () => true,
    onConnect: (tunnel) => tunnels.push(tunnel),
    log,
    ...options,
  })
  undo.push(() => listener.stop())
  return { port: listener.port, tunnels, listener }
}

function dial(port: number, options: Partial<DialTunnelOptions> = {}) {
  const dialled = dialTunnel({
    host: '127.0.0.1',
    port,
    identity: provider,
    server,
    log,
    ...fast,
    ...options,
  })
  undo.push(() => dialled.stop())
  return dialled
}

async function connected(): Promise<Tunnel> {
  const { port, tunnels } = await listen()
  await dial(port).connected()
  return eventually(() => tunnels[0] ?? expect.fail('no tunnel'))
}

/** Where dialling stands once it has failed. */
function failure(dialled: ReturnType<typeof dial>): Promise<SubletError> {
  return eventually(() => {
    const state = dialled.state()
    if (state.connected || state.error === undefined) throw new Error('not failed yet')
    return state.error
  })
}

test('carries a request and its answer, both ends proved', async () => {
  const { port, tunnels } = await listen()
  expect(await dial(port, { expectIndexer: indexer.address }).connected()).toBe(indexer.address.toLowerCase())
  const tunnel = await eventually(() => tunnels[0] ?? expect.fail('no tunnel'))
  expect(tunnel.provider).toBe(provider.address.toLowerCase())
  const answer = await tunnel.request({ method: 'GET', path: '/small' })
  expect(answer.status).toBe(200)
  expect(await text(answer.body)).toBe('{"ok":true}')
  await eventually(() => expect(tunnel.latencyMs()).toBeGreaterThan(0))
})

test('streams up and down at once', async () => {
  const tunnel = await connected()
  const body = new PassThrough()
  const answer = await tunnel.request({ method: 'POST', path: '/upper', body })
  const chunks = answer.body[Symbol.asyncIterator]()
  for (const word of ['one', 'two', 'three']) {
    body.write(word)
    expect(String((await chunks.next()).value)).toBe(word.toUpperCase())
  }
  body.end()
  expect((await chunks.next()).done).toBe(true)
})

test('one unread answer does not hold up the others, nor is it all buffered here', async () => {
  const tunnel = await connected()
  const stalled = await tunnel.request({ method: 'GET', path: '/bulk' })
  const other = await tunnel.request({ method: 'GET', path: '/bulk' })
  expect((await buffer(other.body)).length).toBe(50_000_000)
  expect((stalled.body as Readable).readableLength).toBeLessThan(5_000_000)
  expect((await buffer(stalled.body)).length).toBe(50_000_000)
})

test('connects a byte stream to a workload', async () => {
  const tunnel = await connected()
  const stream = tunnel.connect('echo-0123456789')
  stream.write('ping')
  expect(String((await once(stream, 'data'))[0])).toBe('ping')
  stream.destroy()
})

test('a label that nobody serves ends the stream with endpoint.not-found', async () => {
  const tunnel = await connected()
  const stream = tunnel.connect('none-0123456789')
  const [error] = await once(stream, 'error')
  expect(error).toMatchObject({ code: 'endpoint.not-found' })
})

test('an answer that comes before the whole body is still an answer', async () => {
  const tunnel = await connected()
  const body = new PassThrough()
  body.write(Buffer.alloc(100_000))
  const answer = await tunnel.request({ method: 'POST', path: '/early', body })
  expect(answer.status).toBe(413)
  expect(await text(answer.body)).toBe('too much')
})

test('a request in flight fails with provider.unreachable when the tunnel is cut', async () => {
  const tunnel = await connected()
  await expect(tunnel.request({ method: 'GET', path: '/cut' })).rejects.toMatchObject({
    code: 'provider.unreachable',
  })
  await tunnel.closed
  await expect(tunnel.request({ method: 'GET', path: '/small' })).rejects.toMatchObject({
    code: 'provider.unreachable',
  })
})

test('a cancelled request ends, and thousands of them do not end the tunnel', async () => {
  const tunnel = await connected()
  for (let round = 0; round < 30; round++) {
    const cancel = new AbortController()
    setMaxListeners(0, cancel.signal)
    const requests = Array.from({ length: 100 }, () =>
      tunnel.request({ method: 'GET', path: '/silent', signal: cancel.signal }).catch((error) => error.code),
    )
    cancel.abort()
    expect(new Set(await Promise.all(requests))).toEqual(new Set(['provider.unreachable']))
  }
  expect((await tunnel.request({ method: 'GET', path: '/small' })).status).toBe(200)
})

test('a provider that is not registered is told so, in words', async () => {
  const { port, tunnels } = await listen({ authorise: async () => false })
  const error = await failure(dial(port))
  expect(error).toMatchObject({ code: 'auth.refused', hint: expect.stringContaining('sublet provider init') })
  expect(tunnels).toEqual([])
})

test('the reason an indexer gives for refusing reaches the provider', async () => {
  const authorise = () =>
    Promise.reject(new SubletError('limit.exceeded', 'Too many providers.', { hint: 'Wait.' }))
  const { port } = await listen({ authorise })
  expect(await failure(dial(port))).toMatchObject({
    code: 'limit.exceeded',
    message: 'Too many providers.',
    hint: 'Wait.',
  })
})

test('a provider that expects another indexer hangs up', async () => {
  const { port, tunnels } = await listen()
  const expectIndexer: Address = `0x${'11'.repeat(20)}`
  expect(await failure(dial(port, { expectIndexer }))).toMatchObject({ code: 'auth.refused' })
  expect(tunnels).toEqual([])
})

test('a signer that is not the address it claims is refused by either end', async () => {
  const other = privateKeyToAccount(generatePrivateKey())
  const liar = { address: provider.address, signTypedData: other.signTypedData }
  const { port, tunnels } = await listen()
  expect(await failure(dial(port, { identity: liar }))).toMatchObject({ code: 'signature.invalid' })
  const lying = await listen({ identity: { address: indexer.address, signTypedData: other.signTypedData } })
  expect(await failure(dial(lying.port))).toMatchObject({ code: 'signature.invalid' })
  expect(tunnels).toEqual([])
})

test('a proof counts for its role, its wallet and its connection alone', async () => {
  const connection = `0x${'ab'.repeat(32)}` as const
  const signature = await signBinding(provider, 'provider', connection)
  expect(await isBindingSigned('provider', provider.address, connection, signature)).toBe(true)
  expect(await isBindingSigned('indexer', provider.address, connection, signature)).toBe(false)
  expect(await isBindingSigned('provider', indexer.address, connection, signature)).toBe(false)
  expect(await isBindingSigned('provider', provider.address, `0x${'ac'.repeat(32)}`, signature)).toBe(false)
  expect(await isBindingSigned('provider', provider.address, connection, '0x1234')).toBe(false)
})

test('somebody in the middle with a certificate of their own can pass nothing on', async () => {
  const { port, tunnels } = await listen()
  const middleTls = await makeCertificate(Date.now())
  const middle = createTlsServer(
    { ...middleTls, key: middleTls.key, ALPNProtocols: [tunnelProtocol] },
    (near: TLSSocket) => {
      const far = tlsConnect({ port, rejectUnauthorized: false, ALPNProtocols: [tunnelProtocol] })
      near.on('error', () => far.destroy())
      far.on('error', () => near.destroy())
      near.pipe(far)
      far.pipe(near)
    },
  )
  middle.listen(0, '127.0.0.1')
  await once(middle, 'listening')
  undo.push(() => middle.close())
  const error = await failure(dial((middle.address() as { port: number }).port))
  expect(error.code).toBe('signature.invalid')
  expect(tunnels).toEqual([])
})

test('TLS 1.2 and other protocols are turned away', async () => {
  const { port } = await listen()
  for (const options of [
    { maxVersion: 'TLSv1.2', ALPNProtocols: [tunnelProtocol] } as const,
    { ALPNProtocols: ['h2'] },
  ]) {
    const socket = tlsConnect({ port, rejectUnauthorized: false, ...options })
    const [error] = await once(socket, 'error')
    expect(error.message).toMatch(/alert|version|protocol/i)
  }
})

test('dials again after a cut, with growing waits, and serves as before', async () => {
  const { port, tunnels } = await listen()
  const waits: number[] = []
  const sleep = async (ms: number) => void waits.push(ms)
  await dial(port, { sleep, random: () => 0 }).connected()
  for (let cut = 0; cut < 3; cut++) {
    const tunnel = await eventually(() => tunnels[cut] ?? expect.fail('not back yet'))
    expect((await tunnel.request({ method: 'GET', path: '/small' })).status).toBe(200)
    tunnel.close()
  }
  await eventually(() => expect(waits.length).toBeGreaterThanOrEqual(3))
  expect(waits.slice(0, 3)).toEqual([125, 250, 500])
})

test('a connection that stood long starts the waits anew', async () => {
  const { port, tunnels } = await listen()
  const waits: number[] = []
  let nowMs = 0
  await dial(port, {
    sleep: async (ms) => void waits.push(ms),
    random: () => 0,
    now: () => (nowMs += 60_000),
  }).connected()
  for (let cut = 0; cut < 3; cut++)
    (await eventually(() => tunnels[cut] ?? expect.fail('not back yet'))).close()
  await eventually(() => expect(waits.length).toBeGreaterThanOrEqual(3))
  expect(waits.slice(0, 3)).toEqual([125, 125, 125])
})

test('an indexer that is not there is named, with the cure', async () => {
  const port = await freePort()
  expect(await failure(dial(port))).toMatchObject({
    code: 'indexer.unreachable',
    message: expect.stringContaining(`127.0.0.1:${port}`),
    hint: expect.any(String),
  })
})

test('a port that says nothing, or nonsense, is given up', async () => {
  const { port, tunnels } = await listen({ introductionTimeoutMs: 100 })
  const silent = netConnect(port, '127.0.0.1')
  silent.on('error', () => {})
  await once(silent, 'close')
  const mute = tlsConnect({ port, rejectUnauthorized: false, ALPNProtocols: [tunnelProtocol] })
  mute.on('error', () => {}).resume()
  await once(mute, 'close')
  const nonsense = tlsConnect({ port, rejectUnauthorized: false, ALPNProtocols: [tunnelProtocol] })
  nonsense.on('error', () => {}).resume()
  nonsense.write('x'.repeat(100_000))
  await once(nonsense, 'close')
  expect(tunnels).toEqual([])
})

test('both ends notice a peer that fell silent without a goodbye', async () => {
  const liveness = { beatMs: 20, silentBeats: 3 }
  const { port, tunnels } = await listen({ liveness })
  // A line that can be held: bytes vanish, the sockets stay open.
  const pairs: [Socket, Socket][] = []
  let held = false
  const line = createNetServer((near) => {
    const far = netConnect(port, '127.0.0.1')
    pairs.push([near, far])
    near.on('data', (bytes) => held || far.write(bytes)).on('error', () => {})
    far.on('data', (bytes) => held || near.write(bytes)).on('error', () => {})
  })
  line.listen(0, '127.0.0.1')
  await once(line, 'listening')
  undo.push(() => {
    for (const pair of pairs) for (const socket of pair) socket.destroy()
    line.close()
  })
  const gone = vi.fn()
  const dialled = dial((line.address() as { port: number }).port, { liveness, onDisconnect: gone })
  await dialled.connected()
  const tunnel = await eventually(() => tunnels[0] ?? expect.fail('no tunnel'))
  held = true
  expect(await tunnel.closed).toBe('it fell silent')
  await eventually(() => expect(gone).toHaveBeenCalled())
})

test('stopping either end leaves nothing behind', async () => {
  const { port, tunnels, listener } = await listen()
  const dialled = dial(port)
  await dialled.connected()
  const tunnel = await eventually(() => tunnels[0] ?? expect.fail('no tunnel'))
  await dialled.stop()
  await tunnel.closed
  expect(tunnel.isClosed).toBe(true)
  await listener.stop()
  await expect(dialled.connected()).rejects.toMatchObject({ code: 'indexer.unreachable' })
})

test('a tunnel port that is taken is named', async () => {
  const { port } = await listen()
  await expect(listen({ port })).rejects.toMatchObject({ code: 'port.taken', hint: expect.any(String) })
})
