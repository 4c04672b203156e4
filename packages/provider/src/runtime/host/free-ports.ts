import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** Tells a service's UDP ports from its TCP ports of the same number. */
export const udpMark = '/udp'

/** Free TCP ports of this machine's loopback, by the service's own. */
export async function freeTcpPorts(ports: readonly number[]): Promise<Record<string, number>> {
  const servers = await Promise.all(
    ports.map(async (port) => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return { port, server }
    }),
  )
  const found = Object.fromEntries(
    servers.map(({ port, server }) => [String(port), (server.address() as AddressInfo).port]),
  )
  for (const { server } of servers) server.close()
  return found
}

/** Free UDP ports of this machine's loopback, by the service's own and the mark. */
export async function freeUdpPorts(ports: readonly number[]): Promise<Record<string, number>> {
  const sockets = await Promise.all(
    ports.map(async (port) => {
      const socket = createSocket('udp4')
      socket.bind(0, '127.0.0.1')
      await once(socket, 'listening')
      return { port, socket }
    }),
  )
  const found = Object.fromEntries(
    sockets.map(({ port, socket }) => [`${port}${udpMark}`, socket.address().port]),
  )
  for (const { socket } of sockets) socket.close()
  return found
}
