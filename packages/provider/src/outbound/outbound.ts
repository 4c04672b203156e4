import { lookup as resolveName } from 'node:dns'
import {
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as plainRequest,
} from 'node:http'
import { Agent as HttpsAgent, request as tlsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { SubletError } from '@sublet/protocol'
import { createAddressGuard } from './address-guard.ts'

export interface OutboundRequest {
  url: string
  /** `GET` unless said otherwise. */
  method?: string
  headers?: Readonly<Record<string, string>>
  body?: Uint8Array
  signal?: AbortSignal | undefined
}

export interface OutboundAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: IncomingMessage
  /** Where it came from, after every redirection. */
  url: string
}

/**
 * Speaks HTTP to places that a tenant named. Only the public internet is reached, and what the owner allows: names are
 * judged by the addresses that they resolve to, at the moment of connecting, and again at every redirection. Throws
 * `fetch.failed`.
 */
export interface Outbound {
  (request: OutboundRequest): Promise<OutboundAnswer>
  close(): void
}

export interface OutboundOptions {
  /** Addresses and ranges besides the public internet. */
  allow: readonly string[]
  /** Milliseconds without a byte after which a connection is given up. */
  idleTimeoutMs?: number
}

const mostRedirects = 5

export function createOutbound({ allow, idleTimeoutMs = 60_000 }: OutboundOptions): Outbound {
  const mayReach = createAddressGuard(allow)
  const lookup: LookupFunction = (host, options, done) => {
    resolveName(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, '')
      const reachable = found.filter(({ address }) => mayReach(address))
      const [first] = reachable
      if (first === undefined) return done(refused(host), '')
      if (options.all === true) return done(null, reachable)
      done(null, first.address, first.family)
    })
  }
  const agents = {
    http: new HttpAgent({ keepAlive: true, lookup }),
    https: new HttpsAgent({ keepAlive: true, lookup }),
  }

  function once({
    url,
    method = 'GET',
    headers = {},
    body,
    signal,
  }: OutboundRequest): Promise<OutboundAnswer> {
    const target = webAddress(url)
    const bare = target.hostname.replace(/^\[|\]$/g, '')
    if (isIP(bare) !== 0 && !mayReach(bare)) throw refused(bare)
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown) =>
        reject(
          signal?.aborted
            ? signal.reason
            : cause instanceof SubletError
              ? cause
              : new SubletError('fetch.failed', `${target.host} cannot be reached: ${wordsOf(cause)}.`, {
                  hint: 'Check the address; the provider reaches it, not this machine.',
                  cause,
                }),
        )
      const options = { method, headers, ...(signal === undefined ? {} : { signal }) }
      const sent =
        target.protocol === 'https:'
          ? tlsRequest(target, { ...options, agent: agents.https })
          : plainRequest(target, { ...options, agent: agents.http })
      sent.setTimeout(idleTimeoutMs, () => sent.destroy(new Error('nothing came for too long')))
      sent.once('error', fail)
      sent.once('response', (answer) => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: answer, url })
      })
      sent.end(body)
    })
  }

  const outbound = async (request: OutboundRequest): Promise<OutboundAnswer> => {
    let { url, headers = {} } = request
    for (let hop = 0; ; hop += 1) {
      const answer = await once({ ...request, url, headers })
      const next = answer.headers.location
      const redirects = [301, 302, 303, 307, 308].includes(answer.status) && next !== undefined
      const reads = request.method === undefined || request.method === 'GET' || request.method === 'HEAD'
      if (!redirects || !reads) return answer
      answer.body.resume()
      if (hop >= mostRedirects) throw new SubletError('fetch.failed', `${request.url} redirects without end.`)
      const target = new URL(next, url)
      if (target.origin !== new URL(url).origin) headers = withoutCredentials(headers)
      url = target.href
    }
  }
  return Object.assign(outbound, {
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  })
}

function webAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new SubletError('fetch.failed', `${text} is no address on the web.`, {
    hint: 'Write it with https:// in front.',
  })
}

/** What is sent to one place is not for another. */
function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !['authorization', 'cookie'].includes(name.toLowerCase())),
  )
}

function refused(host: string): SubletError {
  return new SubletError(
    'fetch.failed',
    `${host} is not on the public internet, so this provider does not reach it.`,
    {
      hint: 'Name a public address. The provider’s owner can allow a range with the setting outboundAllow.',
    },
  )
}

function wordsOf(cause: unknown): string {
  const { code, message } = cause as { code?: string; message?: string }
  return message !== undefined && message !== '' ? message : (code ?? 'the connection failed')
}
