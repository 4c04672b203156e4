import { Duplex } from 'node:stream'
import type { ConnectPeer } from './datagram-forwarder.ts'
import { createDeframer, frameDatagram } from './datagram-frames.ts'

/** Bytes that may wait in a stream; what comes on top is dropped, as any full queue on UDP's way does. */
const mostWaitingBytes = 256 * 1024

/** Reaches a workload by a byte stream that carries framed datagrams. */
export function framedPeer(open: () => Duplex): ConnectPeer {
  return async ({ answer, gone }) => {
    const stream = open()
    stream.on('data', createDeframer(answer))
    stream.on('error', () => undefined)
    stream.once('end', () => stream.destroy())
    stream.once('close', gone)
    return {
      send(datagram) {
        if (stream.writable && stream.writableLength < mostWaitingBytes) stream.write(frameDatagram(datagram))
      },
      close: () => stream.destroy(),
    }
  }
}

/** The other end of such a stream: what is written to it goes to the peer, and the peer's answers are read from it. */
export async function framedDatagrams(connect: ConnectPeer): Promise<Duplex> {
  const stream = new Duplex({
    readableHighWaterMark: mostWaitingBytes,
    read() {},
    write(chunk: Uint8Array, _encoding, done) {
      take(chunk)
      done()
    },
    final(done) {
      stream.destroy()
      done()
    },
  })
  const peer = await connect({
    answer(datagram) {
      if (stream.readableLength < mostWaitingBytes) stream.push(frameDatagram(datagram))
    },
    gone: () => stream.destroy(),
  })
  const take = createDeframer(peer.send)
  stream.once('close', peer.close)
  return stream
}
