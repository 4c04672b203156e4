import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { type Duplex, pipeline } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { type Address, ageWords, isSubletError, SubletError } from '@sublet/protocol'
import type { Tunnel } from '@sublet/service'
import type { AtOnce } from '../limit/at-once.ts'
import type { Objection } from '../names/judge-claim.ts'
import { endToEndHeaders, forwardedHeaders } from './headers.ts'
import { answerProblem, problemBody, problemHeader } from './problem-page.ts'
import { hasBody } from './relay-request.ts'
import type { RouteTable, RouteTarget } from './route-table.ts'
import { TunnelAgent, type TunnelRequestArgs } from './tunnel-agent.ts'

export interface IngressParts {
  /** Workloads are at LABEL.DOMAIN. */
  domain: string
  routes: Pick<RouteTable, 'byLabel'>
  /** Where a host name of a tenant's own leads, or why it isn't served. */
  findName: (host: string) => RouteTarget | Objection | undefined
  /** What a certificate authority is to find here while it checks a name. */
  challengeAnswer: (host: string, url: string) => string | undefined
  tunnelOf: (provider: Address) => Tunnel | undefined
  /** Milliseconds that a workload has to begin its answer. */
  answerTimeoutMs: number
  atOnce: AtOnce
}

/** Serves workloads' HTTP and WebSocket ports by name. */
export interface Ingress {
  /** Whether a request is for a workload, going by its host. */
  owns(request: IncomingMessage): boolean
  request(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): void
}

export function createIngress(parts: IngressParts): Ingress {
  const { domain, routes, findName, challengeAnswer, tunnelOf, answerTimeoutMs, atOnce } = parts
  const suffix = `.${domain}`
  const agent = new TunnelAgent((provider) => {
    const tunnel = tunnelOf(provider)
    if (tunnel === undefined) throw notConnected(provider)
    return tunnel
  })

  const targetOf = (request: IncomingMessage): RouteTarget | Objection | undefined => {
    const host = hostOf(request)
    return host.endsWith(suffix) ? routes.byLabel(host.slice(0, -suffix.length)) : findName(host)
  }
  /** The target, connected, or the problem to answer with. */
  const find = (request: IncomingMessage): RouteTarget | SubletError => {
    const target = targetOf(request)
    if (target === undefined) {
      return new SubletError('endpoint.not-found', `No workload is served at ${hostOf(request)}.`, {
        hint: 'Check the name; a lease that ended, or has not started yet, is not served.',
      })
    }
    if ('code' in target) {
      return new SubletError(target.code, target.message, {
        hint: 'Whose it is: `sublet names` says what to set where the name is looked up.',
      })
    }
    return tunnelOf(target.provider) === undefined ? notConnected(target.provider) : target
  }
  const enter = (request: IncomingMessage) => atOnce.enter(request.socket.remoteAddress ?? '')

  const forward = (
    request: IncomingMessage,
    response: ServerResponse,
    target: RouteTarget,
    retried = false,
  ) => {
    const body = hasBody(request)
    const args: TunnelRequestArgs = {
      target: { provider: target.provider, label: target.route.label },
      agent,
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: bodyHeaders(request, forwarded(request)),
      setHost: false,
    }
    let sent: ClientRequest
    try {
      sent = httpRequest(args)
    } catch (error) {
      answerProblem(request, response, problemOf(error, target))
      return
    }
    const gone = () => sent.destroy()
    response.once('close', gone)
    sent.setTimeout(answerTimeoutMs, () => {
      const patience = ageWords(answerTimeoutMs)
      sent.destroy(
        new SubletError('workload.unready', `The workload did not begin its answer within ${patience}.`, {
          hint: 'Look at its log with `sublet logs`.',
        }),
      )
    })
    sent.once('response', (answer) => {
      // From here on it may take as long as it likes between two bytes.
      sent.setTimeout(0)
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEndHeaders(answer.headers))
      response.flushHeaders()
      pipeline(answer, response, () => {})
    })
    sent.once('error', (error) => {
      response.off('close', gone)
      if (response.destroyed) return
      // A connection kept from before may have been closed by the workload at this very moment.
      if (sent.reusedSocket && !body && !response.headersSent && !retried && !isSubletError(error)) {
        forward(request, response, target, true)
      } else answerProblem(request, response, problemOf(error, target))
    })
    if (body) pipeline(request, sent, () => {})
    else sent.end()
  }

  return {
    owns(request) {
      const host = hostOf(request)
      return (
        host.endsWith(suffix) ||
        findName(host) !== undefined ||
        challengeAnswer(host, request.url ?? '') !== undefined
      )
    },
    request(request, response) {
      const answer = challengeAnswer(hostOf(request), request.url ?? '')
      if (answer !== undefined) {
        response.writeHead(200, { 'content-type': 'application/octet-stream' })
        response.end(answer)
        return
      }
      const target = find(request)
      if (target instanceof SubletError) {
        answerProblem(request, response, target)
        return
      }
      const leave = enter(request)
      if (leave === undefined) {
        answerProblem(request, response, tooMany())
        return
      }
      response.once('close', leave)
      forward(request, response, target)
    },
    upgrade(request, socket, head) {
      const target = find(request)
      const leave = target instanceof SubletError ? undefined : enter(request)
      if (target instanceof SubletError || leave === undefined) {
        refuseUpgrade(request, socket, target instanceof SubletError ? target : tooMany())
        return
      }
      socket.once('close', leave)
      switchProtocols(request, socket, head, target, tunnelOf)
    },
    close: () => agent.destroy(),
  }
}

/** Hands a connection to a workload as it is: the request's head, and from then on every byte both ways. */
function switchProtocols(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  target: RouteTarget,
  tunnelOf: IngressParts['tunnelOf'],
): void {
  let stream: Duplex
  try {
    const tunnel = tunnelOf(target.provider)
    if (tunnel === undefined) throw notConnected(target.provider)
    stream = tunnel.connect(target.route.label)
  } catch (error) {
    refuseUpgrade(request, socket, problemOf(error, target))
    return
  }
  let answered = false
  stream.once('data', () => {
    answered = true
  })
  stream.on('error', (error) => {
    if (answered) socket.destroy()
    else refuseUpgrade(request, socket, problemOf(error, target))
  })
  socket.on('error', () => stream.destroy())
  socket.once('close', () => stream.destroy())
  stream.once('close', () => {
    if (answered) socket.end(() => socket.destroy())
    else if (!socket.writableEnded) refuseUpgrade(request, socket, problemOf(undefined, target))
  })
  const headers = {
    ...forwarded(request),
    connection: 'Upgrade',
    upgrade: request.headers.upgrade ?? 'websocket',
  }
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => `${name}: ${one}\r\n`),
  )
  stream.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1')
  if (head.length > 0) stream.write(head)
  stream.pipe(socket, { end: false })
  socket.pipe(stream)
}

function refuseUpgrade(request: IncomingMessage, socket: Duplex, error: SubletError): void {
  if (socket.destroyed || socket.writableEnded) return
  const { type, body } = problemBody(error, request.headers.accept)
  const headers = [
    `content-type: ${type}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `${problemHeader}: ${error.code}`,
    'connection: close',
  ]
  socket.on('error', () => {})
  socket.end(`HTTP/1.1 ${error.status} Refused\r\n${headers.join('\r\n')}\r\n\r\n${body}`)
}

/** A body of unknown length stays one: the client's framing is the connection's, so it is made anew. */
function bodyHeaders<H extends object>(request: IncomingMessage, headers: H): H {
  const isChunked = request.headers['transfer-encoding'] !== undefined
  return isChunked ? { ...headers, 'transfer-encoding': 'chunked' } : headers
}

/** A request's headers for the workload, with who asked, and how. */
function forwarded({ headers, socket }: IncomingMessage) {
  return forwardedHeaders(headers, socket.remoteAddress ?? '', socket instanceof TLSSocket ? 'https' : 'http')
}

/** The host of a request, lower case, without its port. */
function hostOf({ headers }: IncomingMessage): string {
  return (headers.host ?? '').toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
}

function notConnected(provider: Address): SubletError {
  return new SubletError(
    'provider.unreachable',
    `The provider ${provider} is not connected to this indexer.`,
    {
      hint: 'It dials again by itself; try in a few seconds.',
    },
  )
}

function problemOf(error: unknown, { provider, route }: RouteTarget): SubletError {
  if (isSubletError(error)) return error
  return new SubletError(
    'provider.unreachable',
    `The service ${route.service} at the provider ${provider} closed the connection without an answer.`,
    { hint: 'It may have crashed or be starting; look at its log with `sublet logs`.', cause: error },
  )
}

function tooMany(): SubletError {
  return new SubletError('limit.exceeded', 'Too many requests from this address are under way.', {
    hint: 'Wait for some to end.',
  })
}
