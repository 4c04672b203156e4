import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A chain's node that can fall behind in what it says of contracts, as one of several behind one address does. */
export interface LaggingNode extends AsyncDisposable {
  url: string
  /** From now on contracts answer as of the block of this moment. */
  fallBehind(): Promise<void>
  catchUp(): void
  /** How many calls were answered as of the old block since it fell behind. */
  staleAnswers(): number
}

interface Call {
  method: string
  params: unknown[]
}

export async function startLaggingNode(rpcUrl: string): Promise<LaggingNode> {
  let pinnedAt: string | undefined
  let stale = 0

  async function forward(body: string): Promise<string> {
    const headers = { 'content-type': 'application/json' }
    return await (await fetch(rpcUrl, { method: 'POST', headers, body })).text()
  }

  async function blockNumber(): Promise<string> {
    const call = { jsonrpc: '2.0', id: 1, method: 'eth_blockNumber', params: [] }
    return (JSON.parse(await forward(JSON.stringify(call))) as { result: string }).result
  }

  async function answer(request: IncomingMessage): Promise<string> {
    const body = JSON.parse(await text(request)) as Call | Call[]
    for (const call of Array.isArray(body) ? body : [body]) {
      if (call.method === 'eth_call' && pinnedAt !== undefined) {
        call.params[1] = pinnedAt
        stale += 1
      }
    }
    return await forward(JSON.stringify(body))
  }

  const server = createServer((request, response) => {
    answer(request).then(
      (body) => response.setHeader('content-type', 'application/json').end(body),
      () => response.destroy(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async fallBehind() {
      pinnedAt = await blockNumber()
      stale = 0
    },
    catchUp() {
      pinnedAt = undefined
    },
    staleAnswers: () => stale,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
