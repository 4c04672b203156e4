import { connect as connectSocket, type Socket } from 'node:net'
import { SubletError } from '@sublet/protocol'
import type Docker from 'dockerode'
import tar from 'tar-stream'
import type { BundledImages } from '../../image/bundled-images.ts'
import type { Exit, Instance, InstanceFile, InstanceSpec, Owner, Runtime } from '../runtime.ts'
import type { DockerConnection } from './connect-docker.ts'
import { containerName, containerOptions } from './container-spec.ts'
import { messageOf, statusOf, unlessMissing, withEngine } from './docker-error.ts'
import { execInContainer } from './docker-exec.ts'
import { containerLogs } from './docker-logs.ts'
import { exactReference } from './image-reference.ts'
import { instanceOwnerOf, ownerFilter, volumeLabels, volumeOwnerOf } from './labels.ts'
import { createLeaseNetworks } from './lease-networks.ts'
import { createMemoryFiles, type MemoryFiles } from './memory-files.ts'
import { pullImage } from './pull-image.ts'
import { redirectPorts, redirectsIn } from './redirect-ports.ts'
import { volumeNameOf } from './volume-name.ts'

export interface DockerRuntimeOptions {
  connection: DockerConnection
  bundled: BundledImages
  /** IPv4 range for the leases' private networks. */
  subnetPool: string
  /** Networks kept ready. */
  spareNetworks: number
  /** A folder in memory for files that leases carry; without one they are copied into the container. */
  memoryFolder?: string
  /** Told what a lease has to do without. */
  onProblem?: (message: string) => void
}

/** Runs leases as containers of a Docker or Podman engine. */
export function createDockerRuntime(options: DockerRuntimeOptions): Runtime {
  const { connection, bundled } = options
  const { docker } = connection
  const networks = createLeaseNetworks({
    docker,
    subnetPool: options.subnetPool,
    spares: options.spareNetworks,
  })
  const memoryFiles: MemoryFiles | undefined =
    connection.sharesFiles && options.memoryFolder !== undefined
      ? createMemoryFiles(options.memoryFolder)
      : undefined
  const publishOn = connection.bridgeReachable ? undefined : '127.0.0.1'
  /** Where each running instance listens; forgotten when it stops, for a restart may change it. */
  const hosts = new Map<string, Docker.ContainerInspectInfo['NetworkSettings']>()

  /** Published ports that something was seen to answer behind. */
  const answered = new Set<string>()

  async function createContainer(spec: InstanceSpec): Promise<Docker.Container> {
    const network = await networks.claim(spec.owner, spec.owner.leaseId)
    const fileSources = (await memoryFiles?.write(spec.owner, spec.files)) ?? new Map<string, string>()
    const create = containerOptions(spec, {
      network,
      fileSources,
      ...(publishOn === undefined ? {} : { publishOn }),
    })
    try {
      return await docker.createContainer(create)
    } catch (error) {
      if (statusOf(error) !== 409) throw error
      // Left by a crash between making it and writing that down.
      await docker.getContainer(containerName(spec)).remove({ force: true, v: true })
      return await docker.createContainer(create)
    }
  }

  /** Instances known to need no redirects; asking costs a call. */
  const direct = new Set<string>()

  async function redirect(id: string): Promise<void> {
    if (direct.has(id)) return
    const { State, Config } = await docker.getContainer(id).inspect()
    const redirects = redirectsIn(Config.Labels ?? {})
    if (redirects.length === 0 || !State.Running) return
    await redirectPorts(State.Pid, redirects).catch((error: unknown) =>
      options.onProblem?.(`ports cannot be renumbered within a lease: ${messageOf(error)}`),
    )
  }

  async function networkSettings(id: string): Promise<Docker.ContainerInspectInfo['NetworkSettings']> {
    const known = hosts.get(id)
    if (known !== undefined) return known
    const { State, NetworkSettings } = await withEngine('look at the container', () =>
      docker.getContainer(id).inspect(),
    )
    if (!State.Running) throw new SubletError('lease.not-ready', 'The instance is not running.')
    hosts.set(id, NetworkSettings)
    return NetworkSettings
  }

  return {
    name: connection.name,
    isolates: true,
    limits: true,

    async ping() {
      await withEngine('answer', () => docker.ping())
    },

    canRun: (reference) => !bundled.has(reference) || bundled.references.includes(reference),

    async images() {
      const images = await withEngine('list images', () => docker.listImages())
      return images
        .flatMap(({ RepoTags, RepoDigests }) => [...(RepoTags ?? []), ...(RepoDigests ?? [])])
        .filter((name) => !name.includes('<none>'))
        .sort()
    },

    async ensureImage(reference, pull = {}) {
      const image = docker.getImage(exactReference(reference))
      if ((await unlessMissing('look at the image', () => image.inspect())) !== undefined) return
      if (bundled.has(reference)) await bundled.buildInto(docker, reference)
      else await pullImage(docker, reference, pull)
    },

    async create(spec) {
      return await withEngine('make the container', async () => {
        const container = await createContainer(spec)
        if (memoryFiles === undefined && spec.files.length > 0) {
          await container.putArchive(filesArchive(spec.files), { path: '/' })
        }
        if (spec.redirects.length === 0) direct.add(container.id)
        return container.id
      })
    },

    async start(id) {
      await withEngine('start the container', async () => {
        hosts.delete(id)
        await docker
          .getContainer(id)
          .start()
          .catch((error: unknown) => {
            // Not modified: it runs already.
            if (statusOf(error) !== 304) throw error
          })
        await redirect(id)
      })
    },

    async wait(id, signal) {
      const { StatusCode } = (await withEngine('wait for the container', () =>
        docker.getContainer(id).wait(signal === undefined ? {} : { abortSignal: signal }),
      )) as { StatusCode: number }
      hosts.delete(id)
      const seen = await unlessMissing('look at the container', () => docker.getContainer(id).inspect())
      return { exitCode: StatusCode, outOfMemory: seen?.State.OOMKilled ?? false } satisfies Exit
    },

    async inspect(id) {
      const seen = await unlessMissing('look at the container', () => docker.getContainer(id).inspect())
      return seen === undefined ? undefined : instanceOf(seen)
    },

    async list(owner) {
      return await withEngine('list containers', async () => {
        const found = await docker.listContainers({ all: true, filters: ownerFilter(owner) })
        const inspected = await Promise.all(
          found.map(({ Id }) =>
            unlessMissing('look at the container', () => docker.getContainer(Id).inspect()),
          ),
        )
        return inspected.flatMap((seen) => {
          const instance = seen === undefined ? undefined : instanceOf(seen)
          return instance === undefined ? [] : [instance]
        })
      })
    },

    async stop(id, graceMs) {
      hosts.delete(id)
      await unlessMissing('stop the container', () =>
        docker
          .getContainer(id)
          .stop({ t: Math.ceil(graceMs / 1000) })
          .catch((error: unknown) => {
            if (statusOf(error) !== 304) throw error
          }),
      )
    },

    async remove(id) {
      hosts.delete(id)
      direct.delete(id)
      await unlessMissing('remove the container', () =>
        docker
          .getContainer(id)
          .remove({ force: true, v: true })
          .catch((error: unknown) => {
            // Somebody else is removing it already.
            if (statusOf(error) !== 409) throw error
          }),
      )
    },

    async removeLease(owner, leaseId) {
      await networks.release(owner, leaseId)
      await memoryFiles?.remove(leaseId)
    },

    logs: (id, request) => containerLogs(docker, id, request),

    exec: (id, request) => execInContainer(docker.getContainer(id), request),

    async usage(id) {
      const stats = await withEngine('measure the container', () =>
        docker.getContainer(id).stats({ stream: false, 'one-shot': true }),
      )
      const interfaces = Object.values(stats.networks ?? {})
      return {
        cpuMs: Math.round((stats.cpu_stats?.cpu_usage?.total_usage ?? 0) / 1e6),
        memoryBytes: stats.memory_stats?.usage ?? 0,
        receivedBytes: interfaces.reduce((sum, { rx_bytes }) => sum + rx_bytes, 0),
        sentBytes: interfaces.reduce((sum, { tx_bytes }) => sum + tx_bytes, 0),
      }
    },

    async connect(id, port) {
      const settings = await networkSettings(id)
      const target =
        publishOn === undefined
          ? { host: Object.values(settings.Networks)[0]?.IPAddress ?? '', port }
          : { host: publishOn, port: Number(settings.Ports[`${port}/tcp`]?.[0]?.HostPort ?? 0) }
      try {
        const socket = await dial(target)
        if (publishOn !== undefined && !answered.has(`${id}:${port}`)) {
          await untilSurelyOpen(socket)
          answered.add(`${id}:${port}`)
        }
        return socket
      } catch (error) {
        // The address may be that of an earlier start.
        hosts.delete(id)
        throw new SubletError('lease.not-ready', `Nothing answers on port ${port} yet.`, { cause: error })
      }
    },

    async ensureVolume(owner) {
      const name = volumeNameOf(owner)
      await withEngine('make the volume', () =>
        docker.createVolume({ Name: name, Driver: 'local', Labels: volumeLabels(owner) }),
      )
      return name
    },

    async volumes(owner) {
      const { Volumes } = await withEngine('list volumes', () =>
        docker.listVolumes({ filters: JSON.stringify(ownerFilter(owner)) }),
      )
      return (Volumes ?? []).flatMap(({ Name, Labels }) => {
        const volumeOwner = volumeOwnerOf(Labels ?? {})
        return volumeOwner === undefined ? [] : [{ name: Name, owner: volumeOwner }]
      })
    },

    async removeVolume(name) {
      await unlessMissing('remove the volume', () => docker.getVolume(name).remove())
    },

    prepare: (owner) => networks.refill(owner),
    sweep: (owner: Owner) => networks.sweep(owner),
    async close() {},
  }
}

function instanceOf(seen: Docker.ContainerInspectInfo): Instance | undefined {
  const owner = instanceOwnerOf(seen.Config.Labels ?? {})
  if (owner === undefined) return undefined
  const startedAtMs = Date.parse(seen.State.StartedAt)
  const finishedAtMs = Date.parse(seen.State.FinishedAt)
  const state = seen.State.Running ? 'running' : startedAtMs > 0 ? 'exited' : 'created'
  return {
    id: seen.Id,
    owner,
    image: seen.Config.Image,
    state,
    outOfMemory: seen.State.OOMKilled,
    ...(state === 'exited' ? { exitCode: seen.State.ExitCode, finishedAtMs } : {}),
    ...(startedAtMs > 0 ? { startedAtMs } : {}),
  }
}

function filesArchive(files: readonly InstanceFile[]): NodeJS.ReadableStream {
  const pack = tar.pack()
  for (const { path, mode, bytes } of files) pack.entry({ name: path, mode }, Buffer.from(bytes))
  pack.finalize()
  return pack as unknown as NodeJS.ReadableStream
}

const dialTimeoutMs = 5_000

/** How long the engine's proxy takes at most to find out that nobody listens behind it. */
const proxyDoubtMs = 50

/** The engine's proxy accepts for whoever may come, and hangs up where nobody listens. */
async function untilSurelyOpen(socket: Socket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    // Readable with nothing to read is the end of the stream.
    const onReadable = () => finish(socket.readableLength > 0)
    const onClose = () => finish(false)
    const timer = setTimeout(() => finish(true), proxyDoubtMs)
    socket.on('readable', onReadable)
    socket.on('close', onClose)
    function finish(open: boolean) {
      clearTimeout(timer)
      socket.off('readable', onReadable)
      socket.off('close', onClose)
      if (open) return resolve()
      socket.destroy()
      reject(new Error('closed at once'))
    }
  })
}

function dial(target: { host: string; port: number }): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ ...target, noDelay: true, allowHalfOpen: true })
    const give = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    socket.setTimeout(dialTimeoutMs, () => give(new Error('timed out')))
    socket.once('error', give)
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.off('error', give)
      resolve(socket)
    })
  })
}
