import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  closeRequestSchema,
  createNonceMemory,
  decodeExecFrames,
  type EscrowDomain,
  encodeExecFrame,
  encodeLogBlock,
  type Hex,
  isSubletError,
  type LogLine,
  leaseStatusSchema,
  logBlockOf,
  manifestSchema,
  openSealedRequest,
  SubletError,
  toProblem,
  verifySessionGrant,
} from '@sublet/protocol'
import { readAll } from '../stream/read-all.ts'
import type { MemoryProvider } from './memory-provider.ts'

const text = new TextEncoder()
const jsonOf = (value: unknown) => text.encode(JSON.stringify(value))

interface Answer {
  status: number
  headers?: Record<string, string>
  body?: Uint8Array | AsyncIterable<Uint8Array>
}

export interface ServeOptions {
  provider: MemoryProvider
  domain: EscrowDomain
  privateKey: Hex
  now: () => number
}

/** The provider's wire: opens sealed requests, and answers as the provider's API says. `exec` echoes its input. */
export function sealedHandler(options: ServeOptions) {
  const { provider, domain, privateKey, now } = options
  const acceptNonce = createNonceMemory(now)
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const opened = await openSealedRequest({
      privateKey,
      provider: provider.address,
      stream: request,
      nowMs: now(),
      verifyGrant: (grant) => verifySessionGrant(grant, domain),
      acceptNonce,
    }).catch((error: unknown) => (isSubletError(error) ? error : new SubletError('internal', String(error))))
    if (opened instanceof SubletError) {
      response.writeHead(opened.status, { 'content-type': 'application/problem+json' })
      response.end(JSON.stringify(toProblem(opened)))
      return
    }
    const answer = await route(provider, opened.method, opened.path, opened.body).catch(
      (error: unknown): Answer => {
        const known = isSubletError(error) ? error : new SubletError('internal', String(error))
        return { status: known.status, body: jsonOf(toProblem(known)) }
      },
    )
    response.writeHead(200, { 'content-type': 'application/octet-stream' })
    response.flushHeaders()
    for await (const chunk of opened.sealResponse(answer)) response.write(chunk)
    response.end()
  }
}

async function route(
  { client }: MemoryProvider,
  method: string,
  path: string,
  body: AsyncIterable<Uint8Array>,
): Promise<Answer> {
  const url = new URL(path, 'http://provider')
  const [, , id, action] = url.pathname.split('/')
  const leaseId = (id ?? '0x') as Hex
  const status = (lease: Parameters<typeof leaseStatusSchema.encode>[0], code = 200): Answer => ({
    status: code,
    body: jsonOf(leaseStatusSchema.encode(lease)),
  })
  if (method === 'POST' && id === undefined) {
    const manifest = manifestSchema.parse(JSON.parse(new TextDecoder().decode(await readAll(body, 1e6))))
    return status(await client.createLease(manifest), 202)
  }
  if (id === undefined) {
    return {
      status: 200,
      body: jsonOf((await client.leases()).map((lease) => leaseStatusSchema.encode(lease))),
    }
  }
  switch (action) {
    case undefined:
      return status(await client.lease(leaseId))
    case 'events':
      await client.lease(leaseId)
      return { status: 200, body: lines(client.events(leaseId), (lease) => leaseStatusSchema.encode(lease)) }
    case 'logs': {
      await client.lease(leaseId)
      const tail = url.searchParams.get('tail')
      const query = tail === null ? {} : { tail: Number(tail) }
      return { status: 200, body: logBlocks(client.logBatches(leaseId, query)) }
    }
    case 'close': {
      const asked = new TextDecoder().decode(await readAll(body, 1e6))
      return status(
        await client.close(leaseId, asked === '' ? {} : closeRequestSchema.parse(JSON.parse(asked))),
      )
    }
    case 'exec':
      await client.lease(leaseId)
      return { status: 200, body: echo(body, url.searchParams) }
    default:
      throw new SubletError('route.not-found', `There is nothing at ${path}.`)
  }
}

async function* lines<T>(items: AsyncIterable<T>, encode: (item: T) => unknown): AsyncGenerator<Uint8Array> {
  for await (const item of items) yield text.encode(`${JSON.stringify(encode(item))}\n`)
}

/** Says what was asked for, echoes input and sizes, and exits with 7 once the input ends. */
async function* echo(body: AsyncIterable<Uint8Array>, query: URLSearchParams): AsyncGenerator<Uint8Array> {
  yield encodeExecFrame('stdout', text.encode(`${query.get('command')}\n`))
  for await (const frame of decodeExecFrames(body)) {
    if (frame.kind === 'stdin') yield encodeExecFrame('stdout', frame.bytes)
    if (frame.kind === 'resize') yield encodeExecFrame('stderr', frame.bytes)
    if (frame.kind === 'stdinEnd') break
  }
  yield encodeExecFrame('exit', jsonOf({ exitCode: 7 }))
}

export interface ServedProvider extends AsyncDisposable {
  relayUrl: string
}

/** Serves one provider's `/v1/sealed` under a relay's path. */
export async function serveMemoryProvider(options: ServeOptions): Promise<ServedProvider> {
  const handle = sealedHandler(options)
  const server = createServer((request, response) => {
    if (request.url !== '/relay/v1/sealed') response.writeHead(404).end()
    else handle(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    relayUrl: `http://127.0.0.1:${port}/relay`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function* logBlocks(batches: AsyncIterable<LogLine[]>): AsyncGenerator<Uint8Array> {
  for await (const lines of batches) yield encodeLogBlock({ service: 'web', replica: 0 }, logBlockOf(lines))
}
