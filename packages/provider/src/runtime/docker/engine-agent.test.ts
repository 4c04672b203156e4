import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { connectDocker } from './connect-docker.ts'
import { createEngineAgent } from './engine-agent.ts'

/** An engine that begins to answer `wait`, and dies. */
function dyingEngine(): Server {
  return createServer((request, response) => {
    if (!request.url?.includes('/wait')) return response.end('{}')
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write(' ')
    setImmediate(() => request.socket.destroy())
  })
}

test('a call that the engine had begun to answer when it died fails as one that nobody answers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sublet-engine-'))
  const path = join(folder, 'docker.sock')
  const server = dyingEngine()
  try {
    await new Promise<void>((resolve) => server.listen(path, resolve))
    const { docker } = await connectDocker({ host: `unix://${path}`, env: {}, platform: 'linux' })
    await expect(docker.getContainer('any').wait()).rejects.toMatchObject({ code: 'ECONNRESET' })
  } finally {
    server.close()
    await rm(folder, { recursive: true })
  }
})

test('describing the options of a call describes no connection', () => {
  const options = { agent: createEngineAgent(), path: '/info' }
  // As docker-modem does before every call.
  expect(inspect(options, { showHidden: true, depth: null })).toBe("{ agent: EngineAgent, path: '/info' }")
})
