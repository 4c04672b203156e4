import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A way to a port or a socket of this machine that can be cut and mended. */
export interface Line {
  url: string
  port: number
  cut(): Promise<void>
  mend(): Promise<void>
  /** Of one that is cut and has a port: settles when so many have tried to get through, all of them in vain. */
  knocks(count: number): Promise<void>
}

export interface LineOptions {
  /** Listens on a socket of its own instead of on a port. */
  listenPath?: string
}

export async function openLine(
  targetAt: number | { path: string },
  { listenPath }: LineOptions = {},
): Promise<Line> {
  const sockets = new Set<Socket>()
  let server: Server | undefined
  let port = 0
  async function mend(): Promise<void> {
    const opened = createServer((socket) => {
      const target = typeof targetAt === 'number' ? connect(targetAt, '127.0.0.1') : connect(targetAt.path)
      for (const end of [socket, target]) {
        sockets.add(end)
        end.on('error', () => end.destroy())
        end.once('close', () => sockets.delete(end))
      }
      socket.pipe(target).pipe(socket)
    })
    await new Promise<void>((resolve) =>
      listenPath === undefined
        ? opened.listen(port, '127.0.0.1', resolve)
        : opened.listen(listenPath, resolve),
    )
    if (listenPath === undefined) port = (opened.address() as AddressInfo).port
    server = opened
  }
  await mend()
  return {
    url: listenPath === undefined ? `http://127.0.0.1:${port}` : `unix://${listenPath}`,
    port,
    mend,
    async knocks(count) {
      let seen = 0
      const door = createServer()
      await new Promise<void>((resolve, reject) => {
        door.once('error', reject)
        door.on('connection', (socket) => {
          socket.on('error', () => undefined).destroy()
          seen += 1
          if (seen === count) resolve()
        })
        door.listen(port, '127.0.0.1')
      })
      await new Promise((resolve) => door.close(resolve))
    },
    async cut() {
      const closing = server
      server = undefined
      if (closing === undefined) return
      const closed = new Promise((resolve) => closing.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
