import { createServer } from 'node:http2'
import process from 'node:process'
import { createTunnelServer, dialTunnel } from '@sublet/service'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

/** The provider's end, in a process of its own: small answers and bulk, through the tunnel and on a plain port. */
const bulkBytes = 1_000_000_000
const chunk = Buffer.alloc(256 * 1024, 7)

function answer(
  request: { url?: string | undefined },
  response: {
    end(text?: string): unknown
    write(bytes: Buffer): boolean
    once(event: 'drain', then: () => void): unknown
  },
): void {
  if (request.url !== '/bulk') {
    response.end('{"ok":true,"text":"fifty bytes, more or less, of JSON"}')
    return
  }
  let left = bulkBytes / chunk.length
  const send = () => {
    while (left-- > 0) {
      if (!response.write(chunk)) {
        response.once('drain', send)
        return
      }
    }
    response.end()
  }
  send()
}

const silent = { debug() {}, info() {}, warn() {} }
const plain = createServer(
  { settings: { initialWindowSize: 2 * 1024 * 1024 }, maxSessionMemory: 1024 },
  (request, response) => answer(request, response as never),
)
plain.on('session', (session) => session.setLocalWindowSize(64 * 1024 * 1024))
plain.listen(0, '127.0.0.1', () => {
  const address = plain.address()
  process.send?.({ plainPort: typeof address === 'object' ? address?.port : 0 })
})
dialTunnel({
  host: '127.0.0.1',
  port: Number(process.env.TUNNEL_PORT),
  identity: privateKeyToAccount(generatePrivateKey()),
  server: createTunnelServer((request, response) => answer(request, response as never)),
  log: silent,
})
process.once('disconnect', () => process.exit())
