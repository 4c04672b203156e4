import { chmod, rm } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { SubletError, toProblem } from '@sublet/protocol'
import type { RunningProvider } from '@sublet/provider'
import { toSubletError } from '@sublet/service'
import { toJson } from '../output/output.ts'

const socketIn = (providerDir: string) => join(providerDir, 'owner.sock')

/**
 * Lets the machine's owner ask and steer a running provider from another process, over a socket in the provider's
 * folder that nobody else may open.
 */
export async function serveOwner(
  providerDir: string,
  provider: RunningProvider,
): Promise<() => Promise<void>> {
  const path = socketIn(providerDir)
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

/** Asks the provider that runs from this folder. Throws `provider.unreachable` where none does. */
export function askOwner(providerDir: string, method: 'GET' | 'POST', path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath: socketIn(providerDir), method, path }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.once('end', () => {
        const value: unknown = JSON.parse(text)
        if (response.statusCode === 200) resolve(value)
        else {
          const { code, detail, hint } = value as ReturnType<typeof toProblem>
          reject(new SubletError(code ?? 'internal', detail ?? 'The provider refused.', { hint }))
        }
      })
    })
    outgoing.once('error', (cause) =>
      reject(
        new SubletError('provider.unreachable', `No provider runs from ${providerDir}.`, {
          hint: 'Start one with `sublet up` or `sublet provider start`, or name its folder with --data DIR.',
          cause,
        }),
      ),
    )
    outgoing.end()
  })
}
