import { request } from 'node:http'
import { join } from 'node:path'
import { SubletError, type toProblem } from '@sublet/protocol'

export const ownerSocketIn = (providerDir: string): string => join(providerDir, 'owner.sock')

/** Asks the provider that runs from this folder. Throws `provider.unreachable` where none does. */
export function askOwner(
  providerDir: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath: ownerSocketIn(providerDir), method, path }, (response) => {
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
    outgoing.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
