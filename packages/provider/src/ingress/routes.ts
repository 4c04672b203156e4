import { createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import {
  type Address,
  type Endpoint,
  type FeedEvent,
  type Hex,
  ingressLabel,
  type Route,
  SubletError,
} from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { LeaseRecord } from '../lease/lease-record.ts'
import type { LeaseRunner } from '../lease/lease-runner.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { endOf, splice } from './splice.ts'

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
  findRunner: (leaseId: Hex) => LeaseRunner | undefined
  tell: (event: FeedEvent) => void
}

/** The public ports of all leases. */
export interface Routes {
  /** Opens a lease's public ports; again for the same lease is fine. Answers where they are. */
  open(record: LeaseRecord): Promise<Endpoint[]>
  close(leaseId: Hex): Promise<void>
  all(): Route[]
  /** Where the public HTTP ports of a service are, host and port by container port, before they are open too. */
  publicHosts(record: LeaseRecord, service: string): Record<string, string>
  /** A byte stream to the port behind a label. Throws `endpoint.not-found` or `lease.not-ready`. */
  connect(label: string): Promise<Duplex>
}

export function createRoutes(parts: RoutesParts): Routes {
  const { provider, runtime, log, ingress, direct, findRunner, tell } = parts
  const routes = new Map<string, Route>()
  const listeners = new Map<string, { leaseId: Hex; server: Server; port: number; sockets: Set<Socket> }>()
  let turn = 0

  async function connectTo({ leaseId, service, port }: Route): Promise<Duplex> {
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

  function ingressOf(record: LeaseRecord): IndexerIngress | undefined {
    return ingress.find(({ indexer }) => indexer === record.agreement.indexer) ?? ingress[0]
  }

  function hostOf(route: Route, { domain, port }: IndexerIngress): string {
    return `${route.label}.${domain}${port === 80 ? '' : `:${port}`}`
  }

  async function endpointOf(route: Route, record: LeaseRecord): Promise<Endpoint | undefined> {
    const { service, port, protocol } = route
    if (protocol === 'http') {
      const at = ingressOf(record)
      if (at === undefined) return undefined
      return { service, port, protocol, url: `http://${hostOf(route, at)}/` }
    }
    if (protocol !== 'tcp') return undefined
    // The same port as before a restart, where it is still free.
    const before = record.status.endpoints.find((one) => one.service === service && one.port === port)
    const wanted = Number(before === undefined ? 0 : new URL(before.url.replace('tcp:', 'http:')).port)
    const real = await listenFor(route, wanted)
    return { service, port, protocol, url: `tcp://${direct.host}:${real}` }
  }

  return {
    async open(record) {
      const found = routesOf(record, provider)
      const endpoints: Endpoint[] = []
      for (const route of found) {
        const endpoint = await endpointOf(route, record)
        if (endpoint !== undefined) endpoints.push(endpoint)
        if (routes.has(route.label)) continue
        routes.set(route.label, route)
        tell({ type: 'route', route })
      }
      return endpoints
    },

    async close(leaseId) {
      for (const [label, route] of routes) {
        if (route.leaseId !== leaseId) continue
        routes.delete(label)
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
      .map(({ port, protocol, hosts }) => ({
        label: ingressLabel(record.leaseId, provider, name, port),
        leaseId: record.leaseId,
        service: name,
        port,
        protocol,
        hosts,
      })),
  )
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
