import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createChannel } from '../stream/channel.ts'
import { readAll } from '../stream/read-all.ts'
import { createNodeTransport } from './node-transport.ts'

async function serving(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const bytes = (text: string) => new TextEncoder().encode(text)

test('streams both ways at once', async () => {
  await using site = await serving((request, response) => {
    response.writeHead(200)
    response.flushHeaders()
    request.pipe(response)
  })
  const body = createChannel<Uint8Array>()
  const answer = await createNodeTransport()({ url: site.url, method: 'POST', body })
  const heard: string[] = []
  void body.push(bytes('one'))
  for await (const chunk of answer.body) {
    heard.push(new TextDecoder().decode(chunk))
    if (heard.length === 1) void body.push(bytes('two'))
    else body.end()
  }
  expect(heard).toEqual(['one', 'two'])
})

test('carries large bodies with back-pressure', async () => {
  await using site = await serving((request, response) => {
    request.pipe(response)
  })
  const block = new Uint8Array(64 * 1024).fill(5)
  async function* blocks() {
    for (let i = 0; i < 160; i++) yield block
  }
  const answer = await createNodeTransport()({ url: site.url, method: 'POST', body: blocks() })
  expect((await readAll(answer.body, 1e8)).length).toBe(160 * 64 * 1024)
})

test('rejects when nobody listens', async () => {
  await expect(createNodeTransport()({ url: 'http://127.0.0.1:1/', method: 'GET' })).rejects.toThrow()
})

test('rejects when the signal aborts, and breaks a running answer off', async () => {
  await using site = await serving((_request, response) => {
    response.writeHead(200)
    response.write('begun')
  })
  const stop = new AbortController()
  const answer = await createNodeTransport()({ url: site.url, method: 'GET', signal: stop.signal })
  const reading = readAll(answer.body, 100)
  stop.abort()
  await expect(reading).rejects.toThrow()
})

test('sends again on a new connection when a kept one was just closed', async () => {
  let served = 0
  await using site = await serving((request, response) => {
    request.resume()
    request.on('end', () => {
      served += 1
      // The connection is kept by the client, and cut at its second use before anything is answered.
      if (served === 2) request.socket.resetAndDestroy()
      else response.end(`answer ${served}`)
    })
  })
  const transport = createNodeTransport()
  const ask = async () =>
    new TextDecoder().decode(
      await readAll((await transport({ url: site.url, method: 'POST', body: bytes('x') })).body, 100),
    )
  expect(await ask()).toBe('answer 1')
  expect(await ask()).toBe('answer 3')
})
