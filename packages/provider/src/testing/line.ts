import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A way to a port of this machine that can be cut and mended. */
export interface Line {
  url: string
  cut(): Promise<void>
  mend(): Promise<void>
}

export async function openLine(targetPort: number): Promise<Line> {
  const sockets = new Set<Socket>()
  let server: Server | undefined
  let port = 0
  async function mend(): Promise<void> {
    const opened = createServer((socket) => {
      const target = connect(targetPort, '127.0.0.1')
      for (const end of [socket, target]) {
        sockets.add(end)
        end.on('error', () => end.destroy())
        end.once('close', () => sockets.delete(end))
      }
      socket.pipe(target).pipe(socket)
    })
    await new Promise<void>((resolve) => opened.listen(port, '127.0.0.1', resolve))
    port = (opened.address() as AddressInfo).port
    server = opened
  }
  await mend()
  return {
    url: `http://127.0.0.1:${port}`,
    mend,
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
