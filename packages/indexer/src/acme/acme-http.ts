import { Agent, request } from 'node:https'
import { text } from 'node:stream/consumers'
import { SubletError } from '@sublet/protocol'

export interface AcmeAnswer {
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: string
}

export interface AcmeHttp {
  send(
    method: 'GET' | 'HEAD' | 'POST',
    url: string,
    body: string | undefined,
    signal: AbortSignal,
  ): Promise<AcmeAnswer>
  close(): void
}

const longestAnswerMs = 30_000

/** @param ca PEM of a private authority's root; the machine's own roots unless given. */
export function createAcmeHttp(ca: string | undefined): AcmeHttp {
  const agent = new Agent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) })
  return {
    async send(method, url, body, signal) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(longestAnswerMs)])
      try {
        return await new Promise<AcmeAnswer>((resolve, reject) => {
          const headers = { 'user-agent': 'sublet', 'content-type': 'application/jose+json' }
          const sent = request(url, { method, agent, headers, signal: limit }, (answer) => {
            text(answer).then(
              (read) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: read }),
              reject,
            )
          })
          sent.once('error', reject)
          sent.end(body)
        })
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause)
        throw new SubletError(
          'certificate.refused',
          `The certificate authority at ${url} does not answer: ${why}.`,
          {
            hint: 'Nothing has to be done: the certificate is ordered again later. Where it lasts, check the directory’s address.',
            cause,
          },
        )
      }
    },
    close: () => agent.destroy(),
  }
}
