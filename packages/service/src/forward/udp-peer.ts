import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { ConnectPeer } from './datagram-forwarder.ts'

/**
 * Reaches a workload by a socket of one's own. It is connected, so that nobody else's answers are taken.
 *
 * @param target looked up each time.
 */
export function udpPeer(target: () => Promise<{ host: string; port: number }>): ConnectPeer {
  return async ({ answer }) => {
    const { host, port } = await target()
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
    // Nobody listens there: that is the client's to find out by silence, as everywhere in UDP.
    socket.on('error', () => undefined)
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.connect(port, host, () => {
        socket.off('error', reject)
        resolve()
      })
    })
    socket.on('message', answer)
    return { send: (datagram) => socket.send(datagram), close: () => socket.close() }
  }
}
