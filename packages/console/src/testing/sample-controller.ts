import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import {
  createDeploymentSchema,
  deploymentListSchema,
  deploymentSchema,
  leaseStatusSchema,
  logLineSchema,
  marketSchema,
  pickSchema,
  SubletError,
  toProblem,
  walletSummarySchema,
} from '@sublet/protocol'
import { WebSocketServer } from 'ws'
import { sampleAsks, sampleTenant, sampleToken } from './sample-market.ts'
import { SampleNetwork } from './sample-network.ts'
import { serveSampleShell } from './sample-shell.ts'
import { sampleUsage } from './sample-usage.ts'

export interface SampleController {
  url: string
  /** With the token. */
  consoleUrl: string
  network: SampleNetwork
  stop(): Promise<void>
}

/** As the real controller's: nothing from elsewhere, no inline scripts. Terminals need styles of their own making. */
const contentPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const mediaTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

/** Serves the console and the controller's API with a `SampleNetwork` behind it. For tests and for work on the page. */
export async function startSampleController(options: {
  consoleDir: string
  port?: number
}): Promise<SampleController> {
  const token = 'sample-token'
  const network = new SampleNetwork()
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else refuse(response, error)
    })
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    if (!signedIn(request)) return socket.destroy()
    sockets.handleUpgrade(request, socket, head, serveSampleShell)
  })

  function signedIn(request: IncomingMessage): boolean {
    return request.headers.cookie?.split('; ').includes(`sublet=${token}`) ?? false
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://sample')
    if (!url.pathname.startsWith('/v1/')) return await serveFile(url, response)
    if (!signedIn(request)) {
      throw new SubletError('auth.missing', 'The request carries no token.', {
        hint: 'Open the console at the address that `sublet up` printed.',
      })
    }
    const [, , noun = '', id = '', verb = ''] = url.pathname.split('/').map(decodeURIComponent)
    await route(
      `${request.method} ${noun}${id === '' ? '' : '/:id'}${verb === '' ? '' : `/${verb}`}`,
      id,
      url,
      request,
      response,
    )
  }

  async function route(
    name: string,
    id: string,
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    switch (name) {
      case 'GET market':
        return json(
          response,
          marketSchema.encode({
            asks: sampleAsks(Date.now()).map((signedAsk) => ({ signedAsk, connected: true })),
          }),
        )
      case 'GET wallet':
        return json(response, walletSummarySchema.encode(walletOf(network)))
      case 'GET network':
        return json(response, {
          chainId: 31337,
          rpcUrl: 'http://127.0.0.1:8545',
          addresses: {},
          indexers: [],
          embedded: true,
        })
      case 'GET deployments':
        return json(response, deploymentListSchema.encode({ deployments: network.list() }))
      case 'POST deployments':
        return json(
          response,
          deploymentSchema.encode(
            network.create(createDeploymentSchema.decode((await body(request)) as never)),
          ),
          201,
        )
      case 'GET deployments/:id':
        return json(response, deploymentSchema.encode(network.find(id)))
      case 'GET deployments/:id/events':
        return streamEvents(id, response)
      case 'POST deployments/:id/pick': {
        const { group, provider } = pickSchema.parse(await body(request))
        return json(response, deploymentSchema.encode(network.pick(id, group, provider)))
      }
      case 'POST deployments/:id/close':
        return json(response, deploymentSchema.encode(await network.close(id)))
      case 'GET leases/:id':
        return json(response, leaseStatusSchema.encode(network.lease(id)))
      case 'GET leases/:id/names':
        return json(response, { names: [] })
      case 'GET leases/:id/timeline':
        return streamTimeline(id, url.searchParams.get('follow') === 'true', response)
      case 'GET leases/:id/stats':
        return streamStats(id, Number(url.searchParams.get('intervalMs') ?? 2000), response)
      case 'GET leases/:id/logs':
        return streamLog(id, url.searchParams, response)
      default:
        throw new SubletError('request.invalid', `There is no ${name}.`)
    }
  }

  function streamEvents(id: string, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    let last = ''
    const send = () => {
      const data = JSON.stringify(deploymentSchema.encode(network.find(id)))
      if (data !== last) response.write(`event: deployment\ndata: ${data}\n\n`)
      last = data
    }
    send()
    response.on('close', network.onChange(send))
  }

  function streamTimeline(id: string, follow: boolean, response: ServerResponse): void {
    const { leaseId } = network.lease(id)
    let sent = 0
    response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
    const send = () => {
      const events = network.eventsOf(leaseId)
      for (; sent < events.length; sent += 1) response.write(`${JSON.stringify(events[sent])}\n`)
      if (!follow || events.at(-1)?.reason === 'closed') response.end()
    }
    send()
    response.on('close', network.onChange(send))
  }

  function streamStats(id: string, intervalMs: number, response: ServerResponse): void {
    const { leaseId } = network.lease(id)
    response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
    const send = () => {
      if (network.lease(leaseId).phase !== 'active') response.end()
      else response.write(`${JSON.stringify(sampleUsage(network.lease(leaseId), Date.now()))}\n`)
    }
    send()
    const timer = setInterval(send, intervalMs)
    response.on('close', () => clearInterval(timer))
  }

  function streamLog(id: string, query: URLSearchParams, response: ServerResponse): void {
    const { leaseId } = network.lease(id)
    const since = Number(query.get('sinceMs') ?? 0)
    const log = network.logOf(leaseId)
    let sent = query.has('tail') ? Math.max(0, log.length - Number(query.get('tail'))) : 0
    response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
    const send = () => {
      const lines = network.logOf(leaseId)
      for (; sent < lines.length; sent += 1) {
        const line = lines[sent]
        if (line !== undefined && line.atMs >= since)
          response.write(`${JSON.stringify(logLineSchema.encode(line))}\n`)
      }
      if (network.lease(id).phase === 'closed') response.end()
    }
    send()
    if (query.get('follow') !== 'true') response.end()
    else response.on('close', network.onChange(send))
  }

  async function serveFile(url: URL, response: ServerResponse): Promise<void> {
    const headers = {
      'content-security-policy': contentPolicy,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    }
    const cookie =
      url.searchParams.get('token') === token
        ? { 'set-cookie': `sublet=${token}; HttpOnly; SameSite=Strict; Path=/` }
        : {}
    const wanted = normalize(url.pathname).replace(/^(\.\.[/\\])+/, '')
    const path = extname(wanted) === '' ? 'index.html' : wanted
    const content = await readFile(join(options.consoleDir, path)).catch(() => undefined)
    if (content === undefined) return void response.writeHead(404).end()
    response.writeHead(200, {
      'content-type': mediaTypes[extname(path)] ?? 'application/octet-stream',
      ...headers,
      ...cookie,
    })
    response.end(content)
  }

  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    consoleUrl: `${url}/?token=${token}`,
    network,
    async stop() {
      network.stop()
      for (const socket of sockets.clients) socket.terminate()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function walletOf({ walletBalance, escrowBalance }: SampleNetwork) {
  return {
    address: sampleTenant,
    chainId: 31337,
    token: sampleToken,
    tokenSymbol: 'USDT',
    tokenDecimals: 6,
    walletBalance,
    escrowBalance,
    gasBalance: 10n ** 19n,
  }
}

async function body(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}

function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(value))
}

function refuse(response: ServerResponse, error: unknown): void {
  const known = error instanceof SubletError ? error : new SubletError('internal', String(error))
  json(response, toProblem(known), known.status)
}
