import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { duplexPair } from 'node:stream'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { createDeframer, frameDatagram } from './datagram-frames.ts'
import { framedDatagrams, framedPeer } from './framed-peer.ts'
import { endOf, splice } from './splice.ts'
import { udpPeer } from './udp-peer.ts'

test('datagrams come out as they went in, however the stream was cut', () => {
  const datagrams = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 })
  fc.assert(
    fc.property(datagrams, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (sent, cuts) => {
      const bytes = Buffer.concat(sent.map(frameDatagram))
      const got: Buffer[] = []
      const take = createDeframer((datagram) => got.push(Buffer.from(datagram)))
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const next = at + (cuts[turn % cuts.length] ?? 1)
        take(bytes.subarray(at, next))
        at = next
      }
      expect(got.map((one) => [...one])).toEqual(sent.map((one) => [...one]))
    }),
  )
})

test('carries datagrams over a byte stream to a socket and back, and ends with it', async () => {
  const server = createSocket('udp4')
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  server.on('message', (datagram, from) => server.send(`echo ${datagram}`, from.port, from.address))
  const target = async () => ({ host: '127.0.0.1', port: server.address().port })
  const [near, far] = duplexPair()
  splice(endOf(far), endOf(await framedDatagrams(udpPeer(target))))

  let cut: () => void = () => {}
  const gone = new Promise<void>((resolve) => {
    cut = resolve
  })
  const answers: string[] = []
  let heard: () => void = () => {}
  const peer = await framedPeer(() => near)({
    answer(datagram) {
      answers.push(String(datagram))
      heard()
    },
    gone: cut,
  })
  for (const word of ['one', '', 'three']) {
    const answered = new Promise<void>((resolve) => {
      heard = resolve
    })
    peer.send(Buffer.from(word))
    await answered
  }
  expect(answers).toEqual(['echo one', 'echo ', 'echo three'])
  far.destroy()
  near.destroy()
  await gone
})
