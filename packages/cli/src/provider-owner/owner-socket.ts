import { chmod, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { toProblem } from '@sublet/protocol'
import type { RunningProvider } from '@sublet/provider'
import { toSubletError } from '@sublet/service'
import { toJson } from '../output/output.ts'
import { ownerSocketIn } from './ask-owner.ts'

/**
 * Lets the machine's owner ask and steer a running provider from another process, over a socket in the provider's
 * folder that nobody else may open.
 */
export async function serveOwner(
  providerDir: string,
  provider: RunningProvider,
): Promise<() => Promise<void>> {
  const path = ownerSocketIn(providerDir)
  const answers: Record<string, () => Promise<unknown>> = {
    'GET /status': () => provider.status(),
    'POST /withdraw': async () => ({ withdrawn: await provider.withdraw() }),
    'POST /drain': async () => {
      provider.drain()
      return provider.status()
    },
  }
  const server = createServer((incoming, outgoing) => {
    const answer = answers[`${incoming.method} ${incoming.url}`]
    const reply = (status: number, value: unknown) => {
      outgoing.writeHead(status, { 'content-type': 'application/json' }).end(toJson(value))
    }
    if (answer === undefined) return reply(404, {})
    answer().then(
      (value) => reply(200, value),
      (error: unknown) => {
        const known = toSubletError(error)
        reply(known.status, toProblem(known))
      },
    )
  })
  await rm(path, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  await chmod(path, 0o600)
  return async () => {
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
}
