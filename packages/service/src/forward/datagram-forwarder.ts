import { createSocket, type RemoteInfo } from 'node:dgram'
import { isIPv6 } from 'node:net'

export interface DatagramForwarderOptions {
  /** Where clients' datagrams come in, and the port wanted; 0 takes any. */
  listenOn: string
  port: number
  /** Where they go: asked anew for each client, so that a restart is followed. */
  connect: ConnectPeer
  /** A client that is silent for so long both ways is forgotten, milliseconds. */
  idleMs?: number
  /** Clients at one time; the one that was silent longest makes room. */
  mostClients?: number
  now: () => number
}

export interface DatagramForwarder {
  readonly port: number
  /** Clients that are remembered. */
  readonly clients: number
  close(): Promise<void>
}

/** One client's way to a workload. */
export interface DatagramPeer {
  send(datagram: Uint8Array): void
  close(): void
}

/** Finds a workload for one client. Rejects when there is none at this moment. */
export type ConnectPeer = (told: {
  /** Of every datagram that comes back. */
  answer: (datagram: Uint8Array) => void
  /** When the way is cut: the client gets another. */
  gone: () => void
}) => Promise<DatagramPeer>

interface Session {
  peer: DatagramPeer
  lastMs: number
}

const defaultIdleMs = 60_000
const defaultMostClients = 1_024
/** Datagrams of a client that may wait for its target to be found. */
const mostWaiting = 32

/**
 * Forwards datagrams to a workload and its answers back, each client by a way of its own, as UDP has no connections. Throws
 * when it can't listen.
 */
export async function openDatagramForwarder(options: DatagramForwarderOptions): Promise<DatagramForwarder> {
  const { listenOn, connect, idleMs = defaultIdleMs, mostClients = defaultMostClients, now } = options
  // In the order in which they were last heard of, the longest silent first.
  const sessions = new Map<string, Session>()
  const opening = new Map<string, Buffer[]>()
  let closed = false
  const outer = createSocket(isIPv6(listenOn) ? 'udp6' : 'udp4')

  function forget(key: string): void {
    const session = sessions.get(key)
    sessions.delete(key)
    session?.peer.close()
  }

  function touch(key: string, session: Session): void {
    session.lastMs = now()
    sessions.delete(key)
    sessions.set(key, session)
  }

  async function openFor(key: string, client: RemoteInfo): Promise<Session | undefined> {
    let session: Session | undefined
    const peer = await connect({
      answer(datagram) {
        if (session !== undefined && sessions.get(key) === session) touch(key, session)
        if (!closed) outer.send(datagram, client.port, client.address)
      },
      gone() {
        if (session !== undefined && sessions.get(key) === session) forget(key)
      },
    })
    if (closed) {
      peer.close()
      return undefined
    }
    session = { peer, lastMs: now() }
    if (sessions.size >= mostClients) {
      const [longestSilent] = sessions.keys()
      if (longestSilent !== undefined) forget(longestSilent)
    }
    sessions.set(key, session)
    return session
  }

  outer.on('message', (datagram, client) => {
    const key = `${client.address} ${client.port}`
    const session = sessions.get(key)
    if (session !== undefined) {
      touch(key, session)
      session.peer.send(datagram)
      return
    }
    const waiting = opening.get(key)
    if (waiting !== undefined) {
      if (waiting.length < mostWaiting) waiting.push(datagram)
      return
    }
    if (opening.size >= mostClients) return
    const first = [datagram]
    opening.set(key, first)
    openFor(key, client)
      .then((made) => {
        for (const one of first) made?.peer.send(one)
      })
      .catch(() => undefined)
      .finally(() => opening.delete(key))
  })

  await new Promise<void>((resolve, reject) => {
    outer.once('error', reject)
    outer.bind({ address: listenOn, port: options.port, exclusive: true }, () => {
      outer.off('error', reject)
      resolve()
    })
  })
  outer.on('error', () => undefined)
  const sweep = setInterval(
    () => {
      for (const [key, { lastMs }] of sessions) {
        if (now() - lastMs < idleMs) break
        forget(key)
      }
    },
    Math.max(10, Math.floor(idleMs / 4)),
  )
  sweep.unref()

  return {
    port: outer.address().port,
    get clients() {
      return sessions.size
    },
    async close() {
      closed = true
      clearInterval(sweep)
      for (const key of [...sessions.keys()]) forget(key)
      await new Promise<void>((resolve) => outer.close(() => resolve()))
    },
  }
}
