import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { type DatagramForwarder, openDatagramForwarder } from './datagram-forwarder.ts'
import { udpPeer } from './udp-peer.ts'

const open: (Socket | DatagramForwarder)[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function socket(): Promise<Socket & { port: number }> {
  const made = createSocket('udp4')
  made.bind(0, '127.0.0.1')
  await once(made, 'listening')
  open.push(made)
  return Object.assign(made, { port: made.address().port })
}

/** Answers each datagram with itself and how many it has had from that sender. */
async function echo(): Promise<{ port: number; senders: Set<number> }> {
  const server = await socket()
  const senders = new Set<number>()
  server.on('message', (datagram, from) => {
    senders.add(from.port)
    server.send(`echo ${datagram}`, from.port, from.address)
  })
  return { port: server.port, senders }
}

async function forwarder(
  port: number,
  more: { idleMs?: number; mostClients?: number; now?: () => number } = {},
) {
  const made = await openDatagramForwarder({
    listenOn: '127.0.0.1',
    port: 0,
    connect: udpPeer(async () => ({ host: '127.0.0.1', port })),
    now: Date.now,
    ...more,
  })
  open.push(made)
  return made
}

async function ask(client: Socket, port: number, text: string): Promise<string> {
  const answer = once(client, 'message')
  client.send(text, port, '127.0.0.1')
  return String((await answer)[0])
}

test('each client gets its own answers', async () => {
  const server = await echo()
  const { port } = await forwarder(server.port)
  const [ann, ben] = [await socket(), await socket()]
  const answers = await Promise.all([ask(ann, port, 'from ann'), ask(ben, port, 'from ben')])
  expect(answers).toEqual(['echo from ann', 'echo from ben'])
  expect(server.senders.size).toBe(2)
  expect(await ask(ann, port, 'again')).toBe('echo again')
  expect(server.senders.size).toBe(2)
})

test('remembers a bounded number of clients, and serves those it forgot anew', async () => {
  const server = await echo()
  const made = await forwarder(server.port, { mostClients: 2 })
  const clients = [await socket(), await socket(), await socket()]
  for (const client of clients) await ask(client, made.port, 'x')
  expect(made.clients).toBe(2)
  expect(await ask(clients[0] as Socket, made.port, 'back')).toBe('echo back')
})

test('forgets who is silent', async () => {
  const server = await echo()
  let nowMs = 0
  const made = await forwarder(server.port, { idleMs: 40, now: () => nowMs })
  await ask(await socket(), made.port, 'x')
  expect(made.clients).toBe(1)
  nowMs = 1_000
  await expect.poll(() => made.clients).toBe(0)
})

test('stands a target that is not there', async () => {
  let port = 0
  const made = await openDatagramForwarder({
    listenOn: '127.0.0.1',
    port: 0,
    connect: udpPeer(async () => {
      if (port === 0) throw new Error('not running')
      return { host: '127.0.0.1', port }
    }),
    now: Date.now,
  })
  open.push(made)
  const client = await socket()
  client.send('lost', made.port, '127.0.0.1')
  port = (await echo()).port
  const beat = setInterval(() => client.send('found', made.port, '127.0.0.1'), 20)
  const [answer] = await once(client, 'message')
  clearInterval(beat)
  expect(['echo lost', 'echo found']).toContain(String(answer))
})
