import { connect, createServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { endOf, splice } from './splice.ts'

async function listening(handle: (socket: Socket) => void): Promise<{ port: number; server: Server }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined)
    handle(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as { port: number }).port, server }
}

async function through(
  handle: (socket: Socket) => void,
  use: (port: number) => Promise<void>,
): Promise<void> {
  const target = await listening(handle)
  const relay = await listening((socket) => {
    const inner = connect({ port: target.port, host: '127.0.0.1', allowHalfOpen: true })
    inner.on('error', () => undefined)
    splice(endOf(socket), endOf(inner))
  })
  try {
    await use(relay.port)
  } finally {
    relay.server.close()
    target.server.close()
  }
}

test('brings everything that was said before hanging up, a hundred times', async () => {
  const long = 'x'.repeat(300_000)
  await through(
    (socket) => socket.end(long),
    async (port) => {
      for (let round = 0; round < 100; round += 1) {
        const socket = connect(port, '127.0.0.1')
        socket.on('error', () => undefined)
        // Something is on its way back while the other side hangs up.
        socket.write('hello')
        expect((await text(socket)).length).toBe(long.length)
      }
    },
  )
})

test('lets one side end while the other goes on', async () => {
  await through(
    (socket) => {
      socket.pipe(socket)
    },
    async (port) => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
      socket.end('echo')
      expect(await text(socket)).toBe('echo')
    },
  )
})

test('cuts the other side off when one dies', async () => {
  await through(
    (socket) => socket.once('data', () => socket.resetAndDestroy()),
    async (port) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write('x')
      await new Promise((resolve) => socket.once('close', resolve))
      expect(socket.destroyed).toBe(true)
    },
  )
})
