import type { Agent, ClientRequest, IncomingMessage } from 'node:http'
import type { Transport, TransportRequest, TransportResponse } from './transport.ts'

/** The modules of Node that carry requests; imported when first needed, so that browsers can load this file. */
async function loadNode() {
  const [http, https] = await Promise.all([import('node:http'), import('node:https')])
  return {
    http,
    https,
    agents: {
      'http:': new http.Agent({ keepAlive: true }),
      'https:': new https.Agent({ keepAlive: true }),
    },
  }
}

/**
 * HTTP by Node's own client: request and answer stream at the same time, with back-pressure both ways, and
 * connections are kept for the next request.
 *
 * @example
 * const transport = createNodeTransport()
 * const { status } = await transport({ url: 'http://127.0.0.1:8080/v1/info', method: 'GET' })
 */
export function createNodeTransport(): Transport {
  let node: ReturnType<typeof loadNode> | undefined
  return async (request) => {
    node ??= loadNode()
    const { http, https, agents } = await node
    const url = new URL(request.url)
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      throw new TypeError(`no such protocol: ${url.protocol}`)
    const agent: Agent = agents[url.protocol]
    const open = url.protocol === 'https:' ? https.request : http.request
    const start = () =>
      open(url, {
        method: request.method,
        agent,
        headers: { ...request.headers, ...lengthOf(request.body) },
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      })
    const first = start()
    return exchange(first, request).catch((error: unknown) => {
      // A kept connection may have been closed by the other side at this very moment; nothing was answered yet.
      const stale = first.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET'
      if (!stale || !(request.body === undefined || request.body instanceof Uint8Array)) throw error
      return exchange(start(), request)
    })
  }
}

function lengthOf(body: TransportRequest['body']): Record<string, string> {
  return body instanceof Uint8Array ? { 'content-length': String(body.length) } : {}
}

function exchange(sent: ClientRequest, request: TransportRequest): Promise<TransportResponse> {
  return new Promise((resolve, reject) => {
    sent.once('error', reject)
    sent.once('response', (answer) => {
      // Once the answer has come, a cut connection shows in its body; without a listener it would end the process.
      sent.on('error', () => {})
      resolve({ status: answer.statusCode ?? 0, headers: headersOf(answer), body: bodyOf(answer) })
    })
    sent.setNoDelay(true)
    if (request.body === undefined) sent.end()
    else if (request.body instanceof Uint8Array) sent.end(request.body)
    else void sendAll(sent, request.body)
  })
}

async function sendAll(sent: ClientRequest, body: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    sent.flushHeaders()
    for await (const chunk of body) {
      if (sent.destroyed) return
      if (!sent.write(chunk)) await drained(sent)
    }
    sent.end()
  } catch (error) {
    sent.destroy(error instanceof Error ? error : new Error(String(error)))
  }
}

function drained(sent: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      sent.off('drain', finish)
      sent.off('close', finish)
      resolve()
    }
    sent.on('drain', finish)
    sent.on('close', finish)
  })
}

function headersOf(answer: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )
}

async function* bodyOf(answer: IncomingMessage): AsyncGenerator<Uint8Array> {
  for await (const chunk of answer) yield chunk as Uint8Array
}
