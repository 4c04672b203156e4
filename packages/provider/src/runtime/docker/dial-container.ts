import { connect as connectSocket, type Socket } from 'node:net'

const dialTimeoutMs = 5_000

/** How long the engine's proxy takes at most to find out that nobody listens behind it. */
const proxyDoubtMs = 50

/** The engine's proxy accepts for whoever may come, and hangs up where nobody listens. */
export async function untilSurelyOpen(socket: Socket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    // Readable with nothing to read is the end of the stream.
    const onReadable = () => finish(socket.readableLength > 0)
    const onClose = () => finish(false)
    const timer = setTimeout(() => finish(true), proxyDoubtMs)
    socket.on('readable', onReadable)
    socket.on('close', onClose)
    function finish(open: boolean) {
      clearTimeout(timer)
      socket.off('readable', onReadable)
      socket.off('close', onClose)
      if (open) return resolve()
      socket.destroy()
      reject(new Error('closed at once'))
    }
  })
}

export function dial(target: { host: string; port: number }): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ ...target, noDelay: true, allowHalfOpen: true })
    const give = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    socket.setTimeout(dialTimeoutMs, () => give(new Error('timed out')))
    socket.once('error', give)
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.off('error', give)
      resolve(socket)
    })
  })
}
