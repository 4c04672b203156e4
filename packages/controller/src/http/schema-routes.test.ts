import { workloadJsonSchema } from '@sublet/protocol'
import { createHttpServer, createLog, createMetrics } from '@sublet/service'
import { expect, onTestFinished, test } from 'vitest'
import { guard } from './guard.ts'
import { schemaRoutes } from './schema-routes.ts'

function setUp() {
  const server = createHttpServer({
    name: 'test',
    log: createLog({ name: 'test', destination: { write() {} } }),
    metrics: createMetrics({ name: 'test', processMetrics: false }),
  })
  onTestFinished(() => server.close())
  guard(server, () => ({ token: 'a'.repeat(32), cookieName: 'c', hosts: ['localhost:8080'] }))
  schemaRoutes(server)
  return server
}

test.each(['sublet', 'akash', 'nosana', 'compose'] as const)(
  'gives the schema of %s to an editor without credentials',
  async (format) => {
    const answer = await setUp().inject({
      url: `/schema/${format}.schema.json`,
      headers: { host: 'localhost:8080' },
    })
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-type']).toContain('application/schema+json')
    expect(answer.json()).toEqual(workloadJsonSchema(format))
  },
)

test('has no other', async () => {
  const answer = await setUp().inject({
    url: '/schema/helm.schema.json',
    headers: { host: 'localhost:8080' },
  })
  expect(answer.statusCode).toBe(400)
})
