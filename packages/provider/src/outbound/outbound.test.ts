import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { createOutbound } from './outbound.ts'

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

function outboundTo(...allow: string[]) {
  const outbound = createOutbound({ allow })
  onTestFinished(() => outbound.close())
  return outbound
}

test('reaches neither this machine nor what resolves to it', async () => {
  let asked = 0
  const port = await serve((_request, response) => {
    asked += 1
    response.end('secret')
  })
  const outbound = outboundTo()
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]']) {
    await expect(outbound({ url: `http://${host}:${port}/` })).rejects.toMatchObject({ code: 'fetch.failed' })
  }
  await expect(outbound({ url: 'file:///etc/passwd' })).rejects.toMatchObject({ code: 'fetch.failed' })
  expect(asked).toBe(0)
})

test('follows a redirection only to where it may go, and takes no credentials along', async () => {
  const seen: (string | undefined)[] = []
  const second = await serve((request, response) => {
    seen.push(request.headers.authorization)
    response.end('there')
  })
  const first = await serve((request, response) => {
    const to = request.url === '/in' ? 'http://127.0.0.2/' : `http://127.0.0.1:${second}/`
    response.writeHead(302, { location: to }).end()
  })
  const outbound = outboundTo('127.0.0.1')
  const headers = { authorization: 'Bearer token' }
  const answer = await outbound({ url: `http://127.0.0.1:${first}/`, headers })
  expect(await text(answer.body)).toBe('there')
  expect(seen).toEqual([undefined])
  await expect(outbound({ url: `http://127.0.0.1:${first}/in` })).rejects.toMatchObject({
    code: 'fetch.failed',
  })
})

test('gives up on a circle', async () => {
  const port = await serve((_request, response) => response.writeHead(307, { location: '/' }).end())
  await expect(outboundTo('127.0.0.1')({ url: `http://127.0.0.1:${port}/` })).rejects.toThrow(/without end/)
})
