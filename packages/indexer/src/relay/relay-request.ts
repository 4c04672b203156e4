import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { isSubletError, SubletError } from '@sublet/protocol'
import type { Tunnel } from '@sublet/service'
import { endToEndHeaders } from './headers.ts'
import { answerProblem } from './problem-page.ts'

/** Whether a request has a body; one without must not keep its stream open. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/**
 * Hands a request to a provider's own API through its tunnel, bytes untouched, both ways at once. Resolves when it is over,
 * however it ended.
 */
export async function relayRequest(
  tunnel: Tunnel,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const { host: _host, expect: _expect, ...headers } = endToEndHeaders(request.headers)
  try {
    const answer = await tunnel.request({
      method: request.method ?? 'GET',
      path,
      headers,
      ...(hasBody(request) ? { body: request } : {}),
      signal: gone.signal,
    })
    response.writeHead(answer.status, endToEndHeaders(answer.headers))
    // Who reads as it comes wants to know at once that it has begun.
    response.flushHeaders()
    await new Promise<void>((resolve) => {
      pipeline(answer.body, response, (error) => {
        if (error !== null && error !== undefined) response.destroy()
        resolve()
      })
    })
  } catch (error) {
    if (gone.signal.aborted) return
    answerProblem(
      request,
      response,
      isSubletError(error)
        ? error
        : new SubletError('provider.unreachable', `The provider ${tunnel.provider} broke off.`, {
            cause: error,
          }),
    )
  }
}
