import { createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import {
  type Address,
  type Endpoint,
  type FeedEvent,
  type Hex,
  type Route,
  type RoutePlace,
  routeLabel,
  SubletError,
} from '@sublet/protocol'
import { endOf, type Log, splice } from '@sublet/service'
import type { LeaseRecord } from '../lease/lease-record.ts'
import type { LeaseRunner } from '../lease/lease-runner.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { createDatagramRoutes } from './datagram-routes.ts'
import { createPlaces } from './places.ts'

/** Where an indexer serves workloads' HTTP ports by name. */
export interface IndexerIngress {
  /** The indexer's address. */
  indexer: Address
  domain: string
  port: number
}

export interface RoutesParts {
  provider: Address
  runtime: Runtime
  log: Log
  ingress: readonly IndexerIngress[]
  /** Where this machine can be reached by the workloads' TCP clients, and what to listen on for them. */
  direct: { host: string; listenOn: string }
  /** Whether TCP and UDP clients come here, or by the lease's indexer. */
  portsThrough: 'direct' | 'relay'
  /** An indexer has another place for a port of the lease than before. */
  moved: (leaseId: Hex) => void
  findRunner: (leaseId: Hex) => LeaseRunner | undefined
  tell: (event: FeedEvent) => void
  now: () => number
}

/** The public ports of all leases. */
export interface Routes {
  /** Opens a lease's public ports; again for the same lease is fine. Answers where they are. */
  open(record: LeaseRecord): Promise<Endpoint[]>
  close(leaseId: Hex): Promise<void>
  all(): Route[]
  /** Where the public HTTP ports of a service are, host and port by container port, before they are open too. */
  publicHosts(record: LeaseRecord, service: string): Record<string, string>
  /** An indexer says where it listens for a port. */
  placed(label: string, place: RoutePlace): void
  /** A byte stream to the port behind a label. Throws `endpoint.not-found` or `lease.not-ready`. */
  connect(label: string): Promise<Duplex>
}

export function createRoutes(parts: RoutesParts): Routes {
  const { provider, runtime, log, ingress, direct, findRunner, tell } = parts
  const routes = new Map<string, Route>()
  const datagrams = createDatagramRoutes({ runtime, listenOn: direct.listenOn, findRunner, now: parts.now })
  const listeners = new Map<string, { leaseId: Hex; server: Server; port: number; sockets: Set<Socket> }>()
  const places = createPlaces()
  let turn = 0

  async function connectTo(route: Route): Promise<Duplex> {
    if (route.protocol === 'udp') return await datagrams.connect(route)
    const { leaseId, service, port } = route
    const instances = findRunner(leaseId)?.instances(service) ?? []
    const ready = instances.filter((instance) => instance.ready)
    const among = ready.length > 0 ? ready : instances
    turn += 1
    const chosen = among[turn % Math.max(1, among.length)]
    if (chosen === undefined) {
      throw new SubletError('lease.not-ready', `Nothing of ${service} is running at this moment.`)
    }
    return await runtime.connect(chosen.id, port)
  }

  async function listenFor(route: Route, wanted: number): Promise<number> {
    const known = listeners.get(route.label)
    if (known !== undefined) return known.port
    const sockets = new Set<Socket>()
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      socket.on('error', () => socket.destroy())
      connectTo(route).then(
        (inner) => {
          inner.on('error', () => undefined)
          splice(endOf(socket), endOf(inner))
        },
        () => socket.destroy(),
      )
    })
    const port = await listen(server, direct.listenOn, wanted)
    listeners.set(route.label, { leaseId: route.leaseId, server, port, sockets })
    return port
  }

  /** The route as the lease's indexer is to serve it. */
  function relayed(route: Route, record: LeaseRecord): Route {
    if (parts.portsThrough === 'direct' || route.protocol === 'http') return route
    const indexer = ingressOf(record)?.indexer ?? record.agreement.indexer
    const before = placeBefore(record, route)
    // After a restart it is where it was, until the indexer says otherwise.
    if (before !== undefined && !routes.has(route.label)) places.note(route.label, { ...before, indexer })
    return { ...route, relay: { indexer, wantedPort: before?.port ?? 0 } }
  }

  function ingressOf(record: LeaseRecord): IndexerIngress | undefined {
    return ingress.find(({ indexer }) => indexer === record.agreement.indexer) ?? ingress[0]
  }

  function hostOf(route: Route, { domain, port }: IndexerIngress): string {
    return `${route.label}.${domain}${port === 80 ? '' : `:${port}`}`
  }

  async function endpointOf(route: Route, record: LeaseRecord): Promise<Endpoint | undefined> {
    const { service, port, protocol, label } = route
    if (protocol === 'http') {
      const at = ingressOf(record)
      if (at === undefined) return undefined
      return { service, port, protocol, url: `http://${hostOf(route, at)}/` }
    }
    if (route.relay !== undefined) {
      const place = await places.find(label)
      if (place === undefined) {
        log.warn({ label, indexer: route.relay.indexer }, 'the indexer opened no port for the lease')
        return undefined
      }
      return { service, port, protocol, url: `${protocol}://${place.host}:${place.port}` }
    }
    const wanted = placeBefore(record, route)?.port ?? 0
    const real = protocol === 'tcp' ? await listenFor(route, wanted) : await datagrams.open(route, wanted)
    return { service, port, protocol, url: `${protocol}://${direct.host}:${real}` }
  }

  return {
    async open(record) {
      const found = routesOf(record, provider).map((route) => relayed(route, record))
      for (const route of found) {
        // Datagrams that come straight to this machine are nothing to an indexer.
        if (routes.has(route.label) || (route.protocol === 'udp' && route.relay === undefined)) continue
        routes.set(route.label, route)
        tell({ type: 'route', route })
      }
      const endpoints = await Promise.all(found.map((route) => endpointOf(route, record)))
      return endpoints.filter((endpoint) => endpoint !== undefined)
    },

    async close(leaseId) {
      await datagrams.close(leaseId)
      for (const [label, route] of routes) {
        if (route.leaseId !== leaseId) continue
        routes.delete(label)
        places.forget(label)
        tell({ type: 'unroute', label })
        const listener = listeners.get(label)
        listeners.delete(label)
        listener?.server.close()
        for (const socket of listener?.sockets ?? []) socket.destroy()
      }
    },

    all: () => [...routes.values()],

    publicHosts(record, service) {
      const at = ingressOf(record)
      if (at === undefined) return {}
      return Object.fromEntries(
        routesOf(record, provider)
          .filter((route) => route.service === service && route.protocol === 'http')
          .map((route) => [String(route.port), hostOf(route, at)]),
      )
    },

    placed(label, place) {
      const route = routes.get(label)
      if (route?.relay === undefined || route.relay.indexer !== place.indexer) {
        throw new SubletError('endpoint.not-found', `Nothing at ${label} waits for a place of that indexer.`)
      }
      if (places.note(label, place)) parts.moved(route.leaseId)
    },

    async connect(label) {
      const route = routes.get(label)
      if (route === undefined)
        throw new SubletError('endpoint.not-found', `Nothing is served at ${label} here.`)
      try {
        return await connectTo(route)
      } catch (error) {
        log.debug({ err: error, label }, 'a port could not be reached')
        throw error
      }
    },
  }
}

/** A lease's public ports, named as both sides can compute. */
export function routesOf(record: Pick<LeaseRecord, 'leaseId' | 'manifest'>, provider: Address): Route[] {
  const services = record.manifest?.group.services ?? []
  return services.flatMap(({ name, ports }) =>
    ports
      .filter((port) => port.public)
      .map(({ port, protocol, hosts, certificate }) => ({
        label: routeLabel({ leaseId: record.leaseId, service: name, port, protocol }, provider),
        leaseId: record.leaseId,
        service: name,
        port,
        protocol,
        hosts,
        ...certificateIn(record, certificate),
      })),
  )
}

/** Where others reached it before a restart. */
function placeBefore({ status }: LeaseRecord, { service, port, protocol }: Route) {
  const before = status.endpoints.find(
    (one) => one.service === service && one.port === port && one.protocol === protocol,
  )
  if (before === undefined) return undefined
  const url = new URL(before.url.replace(/^\w+:/, 'http:'))
  return { host: url.hostname, port: Number(url.port) }
}

/** The tenant's own certificate for a port's hosts, which came sealed with the manifest. */
function certificateIn({ manifest }: Pick<LeaseRecord, 'manifest'>, secret: string | undefined) {
  const certificate = secret === undefined ? undefined : manifest?.secrets[secret]
  return certificate === undefined ? {} : { certificate }
}

/** Listens on the wanted port, or on any free one when that is taken or none is wanted. */
async function listen(server: Server, host: string, wanted: number): Promise<number> {
  const on = (port: number) =>
    new Promise<number>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, () => {
        server.off('error', reject)
        const address = server.address()
        resolve(typeof address === 'object' && address !== null ? address.port : port)
      })
    })
  if (wanted === 0) return await on(0)
  return await on(wanted).catch(() => on(0))
}
