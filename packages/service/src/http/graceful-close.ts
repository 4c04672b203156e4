import type { Server } from 'node:http'
import type { Http2Session } from 'node:http2'
import type { Socket } from 'node:net'
import type { HttpServer } from './http-server.ts'

/**
 * Lets a closing server end soon: requests under way are answered, and then their connections end instead of waiting to be
 * used again; whatever is still open after `graceMs` is cut off, upgraded connections included.
 */
export function closeGracefully(app: HttpServer, { graceMs }: { graceMs: number }): void {
  const server: Server = app.server
  const sockets = new Set<Socket>()
  const sessions = new Set<Http2Session>()
  let closing = false
  let cutOff: NodeJS.Timeout | undefined

  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('session', (session: Http2Session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })
  app.addHook('preClose', (done) => {
    closing = true
    for (const session of sessions) session.close()
    cutOff = setTimeout(() => {
      for (const socket of sockets) socket.destroy()
    }, graceMs)
    done()
  })
  app.addHook('onResponse', (request, _reply, done) => {
    // The client was promised that the connection stays, before anybody knew of the closing.
    if (closing && request.raw.httpVersionMajor < 2) request.raw.socket.end()
    done()
  })
  app.addHook('onClose', (_app, done) => {
    clearTimeout(cutOff)
    done()
  })
}
