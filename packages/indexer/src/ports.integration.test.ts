import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { FakeProvider } from './testing/fake-provider.ts'
import { type MarketWorld, publicKeyOf, startMarketWorld, testAccount } from './testing/market-world.ts'

const eventually = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 20_000 })

let world: MarketWorld
let indexer: Awaited<ReturnType<MarketWorld['indexer']>>
let provider: FakeProvider
let server: Server
let udpServer: UdpSocket
const relayedAtOnce = 5
const bulkBytes = 30_000_000

beforeAll(async () => {
  world = await startMarketWorld()
  indexer = await world.indexer({ relayPorts: 'any', relayPortsEach: 4, relayedAtOnce, relayIdleMs: 4_000 })
  // Echoes what it is sent, after its end has come; `bulk` gets a lot.
  server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    socket.once('data', (first) => {
      if (String(first) === 'bulk') socket.end(Buffer.alloc(bulkBytes, 7))
      else {
        socket.write(first)
        socket.pipe(socket)
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  udpServer = createSocket('udp4')
  udpServer.bind(0, '127.0.0.1')
  await once(udpServer, 'listening')
  udpServer.on('message', (datagram, from) => udpServer.send(`echo ${datagram}`, from.port, from.address))
  await world.register(testAccount(1), publicKeyOf(1))
  provider = await world.provider(1, indexer.tunnelPort)
})
afterAll(async () => {
  await provider?.stop()
  await indexer?.stop()
  server?.close()
  udpServer?.close()
  await world?.stop()
})

const tcpPort = () => (server.address() as { port: number }).port
const relay = (wantedPort = 0) => ({ indexer: indexer.address, wantedPort })

async function placeOf(label: string): Promise<{ host: string; port: number }> {
  return await eventually(() => {
    const place = provider.places.get(label)
    if (place === undefined) throw new Error('the provider was not told yet')
    return place
  })
}

function dial(port: number): Socket {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  return socket
}

/** Resolves when the other side hung up or cut the connection. */
async function ended(socket: Socket): Promise<void> {
  socket.resume()
  if (socket.readableEnded || socket.destroyed) return
  await Promise.race([once(socket, 'end'), once(socket, 'close')])
}

test('carries a TCP port: both ways, half-closed, in bulk, and counts it', async () => {
  const { host, port } = await placeOf(provider.serveStream('db', tcpPort(), 'tcp', relay()))
  expect(host).toBe('localhost')
  const socket = dial(port)
  socket.end('hello')
  expect(await text(socket)).toBe('hello')
  const bulk = dial(port)
  bulk.write('bulk')
  expect((await buffer(bulk)).length).toBe(bulkBytes)
  bulk.destroy()
  await eventually(async () => {
    const metrics = await (await fetch(`${indexer.url}/metrics`)).text()
    expect(metrics).toMatch(/relayed_connections_total\{[^}]*protocol="tcp"[^}]*\} 2/)
    const sent = Number(/relayed_bytes_total\{[^}]*direction="out"[^}]*\} (\d+)/.exec(metrics)?.[1])
    expect(sent).toBeGreaterThanOrEqual(bulkBytes)
  })
})

test('a reader that does not read holds the workload back, and nobody else', async () => {
  const { port } = await placeOf(provider.serveStream('db', tcpPort(), 'tcp', relay()))
  const slow = dial(port)
  slow.write('bulk')
  await once(slow, 'readable')
  const quick = dial(port)
  quick.end('quick')
  expect(await text(quick)).toBe('quick')
  expect((await buffer(slow)).length).toBe(bulkBytes)
})

test('one address has so many connections, and silent ones are cut', async () => {
  const { port } = await placeOf(provider.serveStream('db', tcpPort(), 'tcp', relay()))
  /** A connection that answers; rejects when it is refused. */
  const hold = async () => {
    const socket = dial(port)
    socket.write('x')
    await Promise.race([once(socket, 'data'), ended(socket).then(() => Promise.reject(new Error('refused')))])
    return socket
  }
  const held: Socket[] = []
  // Those of before may have been cut this very moment.
  while (held.length < relayedAtOnce) held.push(await eventually(hold))
  await expect(hold()).rejects.toThrow('refused')
  // Nobody says anything any more.
  await Promise.all(held.map(ended))
  expect((await eventually(hold)).destroyed).toBe(false)
})

test('carries a UDP port, each client its own answers', async () => {
  const label = provider.serveStream('dns', udpServer.address().port, 'udp', relay())
  expect(label).toMatch(/-udp$/)
  const { port } = await placeOf(label)
  const clients = await Promise.all(
    ['ann', 'ben'].map(async (name) => {
      const socket = createSocket('udp4')
      socket.bind(0, '127.0.0.1')
      await once(socket, 'listening')
      onTestFinished(() => void socket.close())
      const answer = once(socket, 'message')
      socket.send(name, port, '127.0.0.1')
      return String((await answer)[0])
    }),
  )
  expect(clients).toEqual(['echo ann', 'echo ben'])
})

test('a port is closed with its route, bounded by provider, and the same again when it comes back', async () => {
  const label = provider.serveStream('cache', tcpPort(), 'tcp', relay())
  const { port } = await placeOf(label)
  provider.unserve(label)
  await eventually(async () => {
    const socket = dial(port)
    await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
  expect(provider.serveStream('cache', tcpPort(), 'tcp', relay(port))).toBe(label)
  await eventually(async () => {
    const socket = dial(port)
    socket.end('again')
    expect(await text(socket)).toBe('again')
  })
  const more = ['m', 'n', 'o', 'p'].map((name) => provider.serveStream(name, tcpPort(), 'tcp', relay()))
  await eventually(() => expect(more.filter((one) => provider.places.has(one)).length).toBe(1))
  const elsewhere = provider.serveStream('elsewhere', tcpPort(), 'tcp', {
    indexer: `0x${'77'.repeat(20)}`,
    wantedPort: 0,
  })
  expect(provider.places.has(elsewhere)).toBe(false)
})
