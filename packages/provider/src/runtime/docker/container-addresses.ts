import { SubletError } from '@sublet/protocol'
import type Docker from 'dockerode'
import type { Runtime } from '../runtime.ts'
import { dial, untilSurelyOpen } from './dial-container.ts'
import { withEngine } from './docker-error.ts'
import type { createPlaces } from './network-holder.ts'

/** Where instances are reached from this process. */
export interface ContainerAddresses extends Pick<Runtime, 'datagramTarget' | 'connect'> {
  /** It stops or starts: a restart may change where it listens. */
  forget(id: string): void
}

/** With `publishOn`, an address of this machine, ports are reached as published there; else at the container's own. */
export function createContainerAddresses(
  docker: Docker,
  places: Pick<ReturnType<typeof createPlaces>, 'networkedAs'>,
  publishOn: string | undefined,
): ContainerAddresses {
  const hosts = new Map<string, Docker.ContainerInspectInfo['NetworkSettings']>()
  /** Published ports that something was seen to answer behind. */
  const answered = new Set<string>()

  async function networkSettings(id: string): Promise<Docker.ContainerInspectInfo['NetworkSettings']> {
    const known = hosts.get(id)
    if (known !== undefined) return known
    const settings = await withEngine('look at the container', async () => {
      const networked = await places.networkedAs(id)
      const own = docker.getContainer(id).inspect()
      const [{ State }, { NetworkSettings }] = await Promise.all([
        own,
        networked === id ? own : docker.getContainer(networked).inspect(),
      ])
      return State.Running ? NetworkSettings : undefined
    })
    if (settings === undefined) throw new SubletError('lease.not-ready', 'The instance is not running.')
    hosts.set(id, settings)
    return settings
  }

  async function targetOf(id: string, port: number, protocol: 'tcp' | 'udp') {
    const settings = await networkSettings(id)
    if (publishOn === undefined) return { host: Object.values(settings.Networks)[0]?.IPAddress ?? '', port }
    return { host: publishOn, port: Number(settings.Ports[`${port}/${protocol}`]?.[0]?.HostPort ?? 0) }
  }

  return {
    forget(id) {
      hosts.delete(id)
    },

    datagramTarget: (id, port) => targetOf(id, port, 'udp'),

    async connect(id, port) {
      const target = await targetOf(id, port, 'tcp')
      try {
        const socket = await dial(target)
        if (publishOn !== undefined && !answered.has(`${id}:${port}`)) {
          await untilSurelyOpen(socket)
          answered.add(`${id}:${port}`)
        }
        return socket
      } catch (error) {
        // The address may be that of an earlier start; but who refuses is there, and only not listening yet.
        if (!(error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED')) hosts.delete(id)
        throw new SubletError('lease.not-ready', `Nothing answers on port ${port} yet.`, { cause: error })
      }
    },
  }
}
