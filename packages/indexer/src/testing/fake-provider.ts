import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Stream } from 'node:http2'
import { connect as netConnect } from 'node:net'
import { json } from 'node:stream/consumers'
import {
  type Address,
  type Ask,
  agreementTypedData,
  type Bid,
  type BidRequest,
  bidRequestSchema,
  bidSchema,
  depositFor,
  type EscrowDomain,
  type FeedEvent,
  feedEventSchema,
  type Hex,
  ingressLabel,
  orderHashOf,
  priceAtAsk,
  type Route,
  type RoutePlace,
  routeLabel,
  routePlaceSchema,
  signedAskSchema,
  statementTypedData,
} from '@sublet/protocol'
import {
  createTunnelServer,
  type DialledTunnel,
  dialTunnel,
  endOf,
  framedDatagrams,
  splice,
  udpPeer,
} from '@sublet/service'
import type { LocalAccount } from 'viem'
import { sampleAsk } from '../../../protocol/src/testing/sample-market.ts'

export type BidBehaviour =
  | {
      kind: 'bid'
      change?: (bid: Bid) => Bid | Promise<Bid>
      rate?: (own: bigint) => bigint
      signer?: LocalAccount
    }
  | { kind: 'decline'; detail: string }
  | { kind: 'silent' }
  | { kind: 'nonsense' }

export interface FakeProviderOptions {
  account: LocalAccount
  domain: EscrowDomain
  tunnelPort: number
  ask?: Partial<Ask>
  /** Signs the asks; the provider itself unless given. */
  askSigner?: LocalAccount
  now: () => number
}

export interface FakeProvider {
  address: Address
  dialled: DialledTunnel
  /** Serves a port of this machine as a lease's service, and returns its label. */
  serve(service: string, port: number, hosts?: string[], certificate?: string): string
  /** Serves a TCP or UDP port of this machine through the indexer's own ports. */
  serveStream(
    service: string,
    port: number,
    protocol: 'tcp' | 'udp',
    relay: NonNullable<Route['relay']>,
  ): string
  /** Where an indexer listens, by label, as it said. */
  places: Map<string, RoutePlace>
  unserve(label: string): void
  sendAsk(changes?: Partial<Ask>): Promise<void>
  behaviour: BidBehaviour
  /** What it was asked. */
  asked: BidRequest[]
  stop(): Promise<void>
}

const log = { debug() {}, info() {}, warn() {} }
export const sampleLease = `0x${'1e'.repeat(32)}` as Hex

/** A provider that speaks the real tunnel, signs real asks and bids, and runs nothing. */
export async function startFakeProvider(options: FakeProviderOptions): Promise<FakeProvider> {
  const { account, domain, now } = options
  const address = account.address.toLowerCase() as Address
  const feeds = new Set<Http2ServerResponse>()
  const routes = new Map<string, Route>()
  let sequence = 0
  let standing: FeedEvent | undefined
  const tell = (event: FeedEvent, to: Iterable<Http2ServerResponse> = feeds) => {
    for (const feed of to) feed.write(`${JSON.stringify(feedEventSchema.encode(event))}\n`)
  }
  const makeAsk = async (changes: Partial<Ask> = {}): Promise<FeedEvent> => {
    sequence = Math.max(sequence + 1, now())
    const ask: Ask = {
      ...sampleAsk(),
      provider: address,
      chainId: domain.chainId,
      sequence,
      expiresAtMs: now() + 3_600_000,
      ...options.ask,
      ...changes,
    }
    const signature = await (options.askSigner ?? account).signTypedData(
      statementTypedData('ask', ask, domain),
    )
    return {
      type: 'ask',
      signedAsk: signedAskSchema.parse({ ask: signedAskSchema.shape.ask.encode(ask), signature }),
    }
  }
  standing = await makeAsk()

  const makeBid = async (request: BidRequest, behaviour: BidBehaviour & { kind: 'bid' }): Promise<Bid> => {
    const { order } = request.signedOrder
    if (standing?.type !== 'ask') throw new Error('no ask')
    const own = priceAtAsk(order, standing.signedAsk.ask)?.ratePerHour ?? 0n
    const ratePerHour = behaviour.rate?.(own) ?? request.ratePerHour ?? own
    const agreement = {
      tenant: order.tenant,
      provider: address,
      indexer: request.indexer,
      token: order.token,
      ratePerHour,
      deposit: depositFor(ratePerHour, order.depositSeconds),
      maxDuration: order.maxDuration,
      indexerFeeBps: request.indexerFeeBps,
      termsHash: order.termsHash,
      salt: order.salt,
      startBy: Math.floor(now() / 1000) + order.startWithinSeconds,
    }
    const bid: Bid = {
      orderHash: orderHashOf(order),
      provider: address,
      agreement,
      providerSignature: await (behaviour.signer ?? account).signTypedData(
        agreementTypedData(agreement, domain),
      ),
      hardware: ['1 core'],
      region: standing.signedAsk.ask.region,
      expiresAtMs: now() + 30_000,
    }
    return behaviour.change?.(bid) ?? bid
  }

  const answerBid = async (request: Http2ServerRequest, response: Http2ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const question = bidRequestSchema.parse(JSON.parse(Buffer.concat(chunks).toString()))
    self.asked.push(question)
    const { behaviour } = self
    if (behaviour.kind === 'silent') return
    if (behaviour.kind === 'nonsense') return void response.end('{"bid":')
    if (behaviour.kind === 'decline') {
      response.writeHead(409, { 'content-type': 'application/problem+json' })
      return void response.end(JSON.stringify({ code: 'bid.declined', detail: behaviour.detail }))
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(bidSchema.encode(await makeBid(question, behaviour))))
  }

  /** `PUT /v1/routes/LABEL/place` */
  const takePlace = async (request: Http2ServerRequest, response: Http2ServerResponse) => {
    const label = request.url.split('/')[3] ?? ''
    self.places.set(label, routePlaceSchema.parse(await json(request)))
    response.writeHead(204)
    response.end()
  }

  const connectWorkload = (stream: ServerHttp2Stream, label: string) => {
    const route = routes.get(label)
    if (route === undefined) {
      stream.respond({ ':status': 404 }, { endStream: true })
      return
    }
    stream.respond({ ':status': 200 })
    if (route.protocol === 'udp') {
      const target = async () => ({ host: '127.0.0.1', port: ports.get(label) ?? 0 })
      void framedDatagrams(udpPeer(target)).then((peer) => splice(endOf(stream), endOf(peer)))
      return
    }
    if (route.protocol === 'tcp') {
      const inner = netConnect({ port: ports.get(label) ?? 0, host: '127.0.0.1', allowHalfOpen: true })
      splice(endOf(stream), endOf(inner))
      return
    }
    const socket = netConnect(ports.get(label) ?? 0, '127.0.0.1')
    socket.on('error', () => stream.destroy())
    stream.on('error', () => socket.destroy())
    stream.once('close', () => socket.destroy())
    stream.pipe(socket)
    socket.pipe(stream)
  }

  const server = createTunnelServer((request, response) => {
    const path = request.url
    if (path === '/v1/feed') {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' })
      response.stream.on('error', () => {})
      feeds.add(response)
      response.once('close', () => feeds.delete(response))
      if (standing !== undefined) tell(standing, [response])
      for (const route of routes.values()) tell({ type: 'route', route }, [response])
      tell({ type: 'ping' }, [response])
    } else if (path === '/v1/bids') void answerBid(request, response)
    else if (request.method === 'PUT') void takePlace(request, response)
    else if (path.startsWith('/v1/connect/'))
      connectWorkload(response.stream, path.slice('/v1/connect/'.length))
    else if (path === '/v1/sealed' || path.startsWith('/v1/sealed?')) {
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'x-path': path })
      request.pipe(response)
    } else if (path === '/v1/info') response.end(JSON.stringify({ provider: address }))
    else {
      response.writeHead(404)
      response.end()
    }
  })
  const ports = new Map<string, number>()
  const dialled = dialTunnel({
    host: '127.0.0.1',
    port: options.tunnelPort,
    identity: account,
    server,
    log,
    sleep: () => new Promise((resolve) => setTimeout(resolve, 20)),
  })
  const self: FakeProvider = {
    address,
    dialled,
    serve(service, port, hosts = [], certificate) {
      const label = ingressLabel(sampleLease, address, service, 80)
      const route: Route = {
        label,
        leaseId: sampleLease,
        service,
        port: 80,
        protocol: 'http',
        hosts,
        ...(certificate === undefined ? {} : { certificate }),
      }
      routes.set(label, route)
      ports.set(label, port)
      tell({ type: 'route', route })
      return label
    },
    places: new Map(),
    serveStream(service, port, protocol, relay) {
      const about = { leaseId: sampleLease, service, port: 80, protocol }
      const label = routeLabel(about, address)
      const route: Route = { ...about, label, hosts: [], relay }
      routes.set(label, route)
      ports.set(label, port)
      tell({ type: 'route', route })
      return label
    },
    unserve(label) {
      self.places.delete(label)
      routes.delete(label)
      tell({ type: 'unroute', label })
    },
    async sendAsk(changes) {
      standing = await makeAsk(changes)
      tell(standing)
    },
    behaviour: { kind: 'bid' },
    asked: [],
    stop: () => dialled.stop(),
  }
  return self
}
