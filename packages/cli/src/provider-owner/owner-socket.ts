import { chmod, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { toProblem } from '@sublet/protocol'
import type { RunningProvider } from '@sublet/provider'
import { toSubletError } from '@sublet/service'
import { toJson } from '../output/output.ts'
import { ownerSocketIn } from './ask-owner.ts'
import { leavingAnswers } from './leaving-answers.ts'

/**
 * Lets the machine's owner ask and steer a running provider from another process, over a socket in the provider's
 * folder that nobody else may open.
 */
export async function serveOwner(
  providerDir: string,
  provider: RunningProvider,
): Promise<() => Promise<void>> {
  const path = ownerSocketIn(providerDir)
  const answers: Record<string, (body: unknown) => Promise<unknown>> = {
    'GET /status': () => provider.status(),
    'GET /invoices': () => provider.invoices(),
    'POST /withdraw': async () => ({ withdrawn: await provider.withdraw() }),
    ...leavingAnswers(provider.leaving),
  }
  const server = createServer((incoming, outgoing) => {
    const answer = answers[`${incoming.method} ${incoming.url}`]
    const reply = (status: number, value: unknown) => {
      outgoing.writeHead(status, { 'content-type': 'application/json' }).end(toJson(value))
    }
    if (answer === undefined) return reply(404, {})
    readJson(incoming)
      .then(answer)
      .then(
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

async function readJson(incoming: IncomingMessage): Promise<unknown> {
  const body = await text(incoming)
  return body === '' ? {} : JSON.parse(body)
}
