import { createHttpServer, createLog, createMetrics } from '@sublet/service'
import { expect, onTestFinished, test } from 'vitest'
import { guard } from './guard.ts'

const token = 'a'.repeat(32)

/** What a console's address answers, asked for by a browser or a script. */
async function answerTo(url: string, accept: string) {
  const server = createHttpServer({
    name: 'test',
    log: createLog({ name: 'test', destination: { write() {} } }),
    metrics: createMetrics({ name: 'test', processMetrics: false }),
  })
  onTestFinished(() => server.close())
  guard(server, () => ({ token, cookieName: 'c', hosts: ['localhost:8080'] }))
  server.get('/', async () => 'the console')
  return await server.inject({ url, headers: { host: 'localhost:8080', accept } })
}

const browser = 'text/html,application/xhtml+xml,*/*;q=0.8'

test('an address with an old token leads a person to where the new one is asked for', async () => {
  const answer = await answerTo('/?token=old', browser)
  expect(answer.statusCode).toBe(303)
  expect(answer.headers.location).toBe('/?token-refused=1')
  expect(answer.headers['set-cookie']).toBeUndefined()
  // Whatever the path, it stays on this site.
  expect((await answerTo('//evil.test/?token=old', browser)).headers.location).toBe('/?token-refused=1')
})

test('a script is refused', async () => {
  expect((await answerTo('/?token=old', '*/*')).statusCode).toBe(403)
})

test('the right token gives the cookie', async () => {
  const answer = await answerTo(`/?token=${token}`, browser)
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['set-cookie']).toContain('HttpOnly')
})
