import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleepFor } from 'node:timers/promises'
import type { Address } from '@sublet/protocol'
import {
  type DatagramForwarder,
  endOf,
  framedPeer,
  type Log,
  openDatagramForwarder,
  splice,
  type Tunnel,
} from '@sublet/service'
import type { AtOnce } from '../limit/at-once.ts'
import type { RouteTarget } from '../relay/route-table.ts'
import { choosePort, type PortRange } from './choose-port.ts'

export interface PortRelayParts {
  indexer: Address
  range: PortRange
  listenOn: string
  /** The name under which clients reach a route. */
  hostOf: (target: RouteTarget) => string
  tunnelOf: (provider: Address) => Tunnel | undefined
  atOnce: AtOnce
  /** Ports at most for one provider. */
  mostPerProvider: number
  /** A connection that is silent for so long both ways is cut, milliseconds. */
  idleMs: number
  counts: PortCounts
  log: Log
  now: () => number
  random?: () => number
}

export interface PortCounts {
  opened(protocol: 'tcp' | 'udp'): void
  refused(): void
  bytes(direction: 'in' | 'out', count: number): void
}

/** Listens for workloads whose providers have no address of their own, and carries what comes through the tunnel. */
export interface PortRelay {
  open(target: RouteTarget): void
  close(target: RouteTarget): void
  readonly openPorts: number
  stop(): Promise<void>
}

interface Entrance {
  target: RouteTarget
  port: number
  listening: Promise<{ close(): void } | undefined>
}

const tellTries = 5
const tellPauseMs = 1_000
const listenTries = 8

export function createPortRelay(parts: PortRelayParts): PortRelay {
  const { range, listenOn, tunnelOf, atOnce, counts, log, now, random = Math.random } = parts
  const entrances = new Map<string, Entrance>()
  let stopped = false

  const takenPorts = (protocol: string) =>
    new Set(
      [...entrances.values()].filter((one) => one.target.route.protocol === protocol).map(({ port }) => port),
    )

  /** The tunnel's stream to whoever serves the label now: it may have dialled anew since. */
  function streamTo(label: string) {
    const target = entrances.get(label)?.target
    const tunnel = target === undefined ? undefined : tunnelOf(target.provider)
    if (tunnel === undefined) throw new Error('its provider is not connected')
    return tunnel.connect(label)
  }

  function serveTcp(label: string, sockets: Set<Socket>): Server {
    return createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
      socket.on('error', () => socket.destroy())
      const leave = atOnce.enter(socket.remoteAddress ?? '')
      if (leave === undefined) {
        counts.refused()
        socket.destroy()
        return
      }
      sockets.add(socket)
      socket.setTimeout(parts.idleMs, () => socket.destroy())
      socket.once('close', () => {
        sockets.delete(socket)
        leave()
        counts.bytes('in', socket.bytesRead)
        counts.bytes('out', socket.bytesWritten)
      })
      try {
        const stream = streamTo(label)
        stream.on('error', () => socket.destroy())
        counts.opened('tcp')
        splice(endOf(socket), endOf(stream))
      } catch {
        socket.destroy()
      }
    })
  }

  async function listenTcp(entrance: Entrance) {
    const sockets = new Set<Socket>()
    const server = serveTcp(entrance.target.route.label, sockets)
    server.listen(entrance.port, listenOn)
    await once(server, 'listening')
    entrance.port = (server.address() as AddressInfo).port
    return {
      close() {
        server.close()
        for (const socket of sockets) socket.destroy()
      },
    }
  }

  async function listenUdp(entrance: Entrance) {
    const { label } = entrance.target.route
    const forwarder: DatagramForwarder = await openDatagramForwarder({
      listenOn,
      port: entrance.port,
      connect: (told) => {
        counts.opened('udp')
        return framedPeer(() => streamTo(label))({
          ...told,
          answer(datagram) {
            counts.bytes('out', datagram.length)
            told.answer(datagram)
          },
        })
      },
      now,
    })
    entrance.port = forwarder.port
    return { close: () => void forwarder.close() }
  }

  /** Another program may have a port of the range: then it is the next one's turn. */
  async function listen(entrance: Entrance, wanted: number): Promise<{ close(): void } | undefined> {
    const { protocol, label } = entrance.target.route
    const taken = takenPorts(protocol)
    for (let tries = 1; tries <= listenTries; tries++) {
      const port = choosePort(range, taken, tries === 1 ? wanted : 0, random())
      if (port === undefined) break
      entrance.port = port
      try {
        return await (protocol === 'udp' ? listenUdp(entrance) : listenTcp(entrance))
      } catch (err) {
        log.debug({ err, port }, 'a port could not be listened on')
        taken.add(port)
      }
    }
    log.warn({ label }, 'no port is free for a workload')
    return undefined
  }

  async function tell(entrance: Entrance): Promise<void> {
    const { provider, route } = entrance.target
    const place = { indexer: parts.indexer, host: parts.hostOf(entrance.target), port: entrance.port }
    for (let tries = 1; tries <= tellTries && entrances.get(route.label) === entrance; tries++) {
      try {
        const tunnel = tunnelOf(provider)
        const answer = await tunnel?.request({
          method: 'PUT',
          path: `/v1/routes/${encodeURIComponent(route.label)}/place`,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(place),
        })
        answer?.body.resume()
        if (answer !== undefined && answer.status < 300) return
      } catch (err) {
        log.debug({ err, label: route.label }, 'a provider was not told where its port is')
      }
      await sleepFor(tellPauseMs, undefined, { ref: false })
    }
  }

  return {
    open(target) {
      const { label, relay } = target.route
      if (stopped || relay?.indexer !== parts.indexer) return
      const known = entrances.get(label)
      if (known === undefined) {
        const own = [...entrances.values()].filter((one) => one.target.provider === target.provider)
        if (own.length >= parts.mostPerProvider) {
          log.warn({ provider: target.provider, label }, 'a provider wants more ports than it may have')
          return
        }
      }
      const entrance = known ?? { target, port: 0, listening: Promise.resolve(undefined) }
      entrance.target = target
      if (known === undefined) {
        entrances.set(label, entrance)
        entrance.listening = listen(entrance, relay.wantedPort)
      }
      void entrance.listening.then((listening) => {
        if (listening !== undefined) return tell(entrance)
        if (entrances.get(label) === entrance) entrances.delete(label)
      })
    },
    close({ route }) {
      const entrance = entrances.get(route.label)
      if (entrance === undefined) return
      entrances.delete(route.label)
      void entrance.listening.then((listening) => listening?.close())
    },
    get openPorts() {
      return entrances.size
    },
    async stop() {
      stopped = true
      const all = [...entrances.values()]
      entrances.clear()
      for (const { listening } of all) (await listening)?.close()
    },
  }
}
