import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { request } from 'node:http'

/** GETs a workload's URL; `NAME.localhost` is loopback, as RFC 6761 says, with the name as Host. */
export function askEndpoint(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string }> {
  const { hostname, port, host, pathname, search } = new URL(url)
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: hostname.endsWith('localhost') ? '127.0.0.1' : hostname,
        port,
        path: `${pathname}${search}`,
        headers: { host, ...headers },
        timeout: 10_000,
      },
      (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text
        })
        response.once('end', () => resolve({ status: response.statusCode ?? 0, body }))
        response.once('error', reject)
      },
    )
    outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer from ${url}`)))
    outgoing.once('error', reject)
    outgoing.end()
  })
}

/** Sends a datagram to a `udp://` URL of this machine, and answers the one that comes back. */
export async function askByDatagram(url: string, words: string): Promise<string> {
  const socket = createSocket('udp4')
  try {
    const answer = once(socket, 'message', { signal: AbortSignal.timeout(2_000) })
    socket.send(words, Number(new URL(url.replace(/^udp:/, 'http:')).port), '127.0.0.1')
    return String((await answer)[0])
  } finally {
    socket.close()
  }
}
