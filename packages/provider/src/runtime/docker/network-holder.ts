import type Docker from 'dockerode'
import tar from 'tar-stream'
import type { Owner } from '../runtime.ts'
import { unlessMissing, withEngine } from './docker-error.ts'
import { pauseProgram } from './pause-program.ts'

/** Outside of what tenants can name, and of any registry. */
const image = 'network-holder.sublet.invalid/pause:1'

/** Its own labels: whoever looks for instances of leases must not find it. */
const label = { owner: 'sublet.holder', network: 'sublet.holder.network' } as const

/**
 * A program that does nothing, in a network that is kept ready. A container that joins it starts in a third of the
 * time, as no interface, address and resolver need to be made then: what Kubernetes calls a pod's pause container.
 */
export interface NetworkHolder {
  id: string
  /** Its IPv4 address, which is that of whoever joins. The same after a restart. */
  address: string
}

/** Undefined where the engine's processor is one that no program is known for. */
export async function ensureHolderImage(docker: Docker): Promise<boolean> {
  if ((await unlessMissing('look at an image', () => docker.getImage(image).inspect())) !== undefined)
    return true
  const { Architecture } = (await withEngine('say what it is', () => docker.info())) as {
    Architecture?: string
  }
  const program = pauseProgram(Architecture ?? '')
  if (program === undefined) return false
  const pack = tar.pack()
  pack.entry({ name: 'pause', mode: 0o755 }, program)
  pack.finalize()
  await withEngine('import an image', async () => {
    const answer = await docker.importImage(pack as unknown as NodeJS.ReadableStream, { repo: image })
    await new Promise((resolve, reject) =>
      docker.modem.followProgress(answer, (error, output) => (error ? reject(error) : resolve(output))),
    )
  })
  return true
}

export const isHolderImage = (reference: string): boolean => reference === image

export async function startHolder(
  docker: Docker,
  owner: Owner,
  { network, address }: { network: string; address: string },
): Promise<NetworkHolder> {
  return await withEngine('hold a network', async () => {
    const name = `${network}-holder`
    // Left by a crash, or by a start that did not succeed.
    await removeHolder(docker, name)
    const container = await docker.createContainer({
      name,
      Image: image,
      Entrypoint: ['/pause'],
      User: '65532:65532',
      Hostname: network,
      Labels: { [label.owner]: ownerKey(owner), [label.network]: network },
      HostConfig: {
        NetworkMode: network,
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        PidsLimit: 8,
        // It needs a page; a start by the engine needs this.
        Memory: 16 * 1024 * 1024,
        LogConfig: { Type: 'none', Config: {} },
      },
      NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: address } } } },
    })
    await container.start()
    return { id: container.id, address }
  })
}

export async function removeHolder(docker: Docker, id: string): Promise<void> {
  await unlessMissing('let go of a network', () => docker.getContainer(id).remove({ force: true }))
}

/** Those of an owner that are there, by the network that they hold. */
export async function findHolders(docker: Docker, owner: Owner): Promise<Map<string, NetworkHolder>> {
  const found = await withEngine('list containers', () =>
    docker.listContainers({ all: true, filters: { label: [`${label.owner}=${ownerKey(owner)}`] } }),
  )
  return new Map(
    found.map(({ Id, Labels, NetworkSettings }) => {
      const network = Labels[label.network] ?? ''
      const endpoint = NetworkSettings.Networks[network] as
        | { IPAMConfig?: { IPv4Address?: string } }
        | undefined
      return [network, { id: Id, address: endpoint?.IPAMConfig?.IPv4Address ?? '' }]
    }),
  )
}

/** The engine's word for a container that joins the holder's place. */
export function joining({ id }: Pick<NetworkHolder, 'id'>): string {
  return `${joiningPrefix}${id}`
}

/** The id of the holder that a container has joined. */
export function joinedBy(networkMode: string | undefined): string | undefined {
  return networkMode?.startsWith(joiningPrefix) ? networkMode.slice(joiningPrefix.length) : undefined
}

const joiningPrefix = 'container:'

function ownerKey({ network, provider }: Owner): string {
  return `${network}/${provider}`
}

/** Which containers have joined a holder's place in their network; each is looked up once. */
export function createPlaces(docker: Docker) {
  const holders = new Map<string, string | undefined>()

  /** What the engine says of a container anyhow tells it as well. */
  function noteSeen({ Id, HostConfig }: Docker.ContainerInspectInfo): void {
    holders.set(Id, joinedBy(HostConfig.NetworkMode))
  }

  return {
    noteSeen,
    note(id: string, holder: NetworkHolder | undefined): void {
      holders.set(id, holder?.id)
    },
    forget(id: string): void {
      holders.delete(id)
    },
    /** The container whose addresses and traffic are those of this one: its holder, or itself. */
    async networkedAs(id: string): Promise<string> {
      if (!holders.has(id)) noteSeen(await docker.getContainer(id).inspect())
      return holders.get(id) ?? id
    },
  }
}
