import type { Duplex } from 'node:stream'
import type { Hex } from '@sublet/protocol'
import { type DatagramForwarder, framedDatagrams, openDatagramForwarder, udpPeer } from '@sublet/service'
import type { LeaseRunner } from '../lease/lease-runner.ts'
import type { Runtime } from '../runtime/runtime.ts'

export interface DatagramPort {
  leaseId: Hex
  service: string
  /** Inside the container. */
  port: number
}

/** The public UDP ports of all leases, at this machine's own address. */
export interface DatagramRoutes {
  /** Opens the port; again for the same is fine. Answers the number outside: the wanted one where it is free. */
  open(route: DatagramPort, wanted: number): Promise<number>
  close(leaseId: Hex): Promise<void>
  /** A byte stream of framed datagrams to the port, for a relay's client. Rejects when nothing is running. */
  connect(route: DatagramPort): Promise<Duplex>
}

export function createDatagramRoutes(parts: {
  runtime: Pick<Runtime, 'datagramTarget'>
  listenOn: string
  findRunner: (leaseId: Hex) => LeaseRunner | undefined
  now: () => number
}): DatagramRoutes {
  const { runtime, listenOn, findRunner, now } = parts
  const open = new Map<string, { leaseId: Hex; forwarder: Promise<DatagramForwarder> }>()
  let turn = 0

  async function targetOf({ leaseId, service, port }: DatagramPort): Promise<{ host: string; port: number }> {
    const instances = findRunner(leaseId)?.instances(service) ?? []
    const ready = instances.filter((instance) => instance.ready)
    const among = ready.length > 0 ? ready : instances
    turn += 1
    const chosen = among[turn % Math.max(1, among.length)]
    if (chosen === undefined) throw new Error(`nothing of ${service} is running at this moment`)
    return await runtime.datagramTarget(chosen.id, port)
  }

  return {
    async open(route, wanted) {
      const key = `${route.leaseId} ${route.service} ${route.port}`
      const known = open.get(key)
      if (known !== undefined) return (await known.forwarder).port
      const on = (port: number) =>
        openDatagramForwarder({ listenOn, port, connect: udpPeer(() => targetOf(route)), now })
      const forwarder = wanted === 0 ? on(0) : on(wanted).catch(() => on(0))
      open.set(key, { leaseId: route.leaseId, forwarder })
      forwarder.catch(() => open.delete(key))
      return (await forwarder).port
    },
    connect: (route) => framedDatagrams(udpPeer(() => targetOf(route))),
    async close(leaseId) {
      for (const [key, { leaseId: of, forwarder }] of open) {
        if (of !== leaseId) continue
        open.delete(key)
        await forwarder.then((one) => one.close()).catch(() => undefined)
      }
    },
  }
}
