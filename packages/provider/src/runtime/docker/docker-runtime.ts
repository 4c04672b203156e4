import { join } from 'node:path'
import { SubletError } from '@sublet/protocol'
import type Docker from 'dockerode'
import tar from 'tar-stream'
import { diskLimitsOf } from '../../disk/disk-means.ts'
import type { BundledImages } from '../../image/bundled-images.ts'
import {
  type Exit,
  type Instance,
  type InstanceFile,
  type InstanceSpec,
  type Isolation,
  type Owner,
  type Runtime,
  signalExitBase,
} from '../runtime.ts'
import { createBandwidth } from './bandwidth.ts'
import type { DockerConnection } from './connect-docker.ts'
import { createContainerAddresses } from './container-addresses.ts'
import { containerName, containerOptions, hostsFile, launchedLabel } from './container-spec.ts'
import { messageOf, statusOf, unlessMissing, withEngine } from './docker-error.ts'
import { execInContainer } from './docker-exec.ts'
import { dockerFiles } from './docker-files.ts'
import { dockerImages } from './docker-images.ts'
import { containerLogs } from './docker-logs.ts'
import { dockerVolumes } from './docker-volumes.ts'
import type { LeaseFirewall } from './firewall.ts'
import { findGpuNodes } from './gpu-nodes.ts'
import { heldByContainers } from './held-by-containers.ts'
import { createKillWatch } from './kill-watch.ts'
import { instanceOwnerOf, ownerFilter } from './labels.ts'
import { createLayerLimits, type DiskLimiter } from './layer-limits.ts'
import { createLeaseNetworks, type LeaseNetwork } from './lease-networks.ts'
import { createMemoryFiles, type MemoryFiles } from './memory-files.ts'
import { createPlaces } from './network-holder.ts'
import { writeClosedProfile } from './podman-seccomp.ts'
import { redirectPorts, redirectsIn } from './redirect-ports.ts'
import { environmentFile, launched, launcherPath } from './secret-environment.ts'
import { usageIn } from './usage-in.ts'

export interface DockerRuntimeOptions {
  connection: DockerConnection
  bundled: BundledImages
  /** IPv4 range for the leases' private networks. */
  subnetPool: string
  /** Networks kept ready. */
  spareNetworks: number
  /** A folder in memory for files that leases carry; without one they are copied into the container. */
  memoryFolder?: string
  /** The program by which secret variables reach containers without lying on a disk. */
  launcher?: string | undefined
  /** The engine's name of its gVisor. */
  gvisorRuntime?: string | undefined
  /** The most that a lease sends and receives, each, megabits a second; no limit when absent. */
  leaseMegabits?: number | undefined
  /** Keeps leases from the machine's network; without it nothing does. */
  firewall?: LeaseFirewall | undefined
  /** By which means the space that services write is limited; without it nothing is. */
  disk?: DiskLimiter | undefined
  /** Told what a lease has to do without. */
  onProblem?: (message: string) => void
}

/** Runs leases as containers of a Docker or Podman engine. */
export function createDockerRuntime(options: DockerRuntimeOptions): Runtime {
  const { connection, bundled } = options
  const { docker } = connection
  /** The names that an instance has among others lie in a file of its own when it takes another's place. */
  const canJoin =
    connection.name === 'docker' &&
    connection.bridgeReachable &&
    connection.sharesFiles &&
    options.memoryFolder !== undefined
  const bandwidth = options.leaseMegabits === undefined ? undefined : createBandwidth(options.leaseMegabits)
  const networks = createLeaseNetworks({
    docker,
    subnetPool: options.subnetPool,
    spares: options.spareNetworks,
    held: canJoin,
    bandwidth,
  })
  const memoryFiles: MemoryFiles | undefined =
    connection.sharesFiles && options.memoryFolder !== undefined
      ? createMemoryFiles(options.memoryFolder)
      : undefined
  const seccompProfile =
    connection.name === 'podman' && connection.sharesFiles && options.memoryFolder !== undefined
      ? writeClosedProfile(join(options.memoryFolder, 'seccomp.json'))
      : undefined
  seccompProfile?.catch(() => undefined)
  const secretsInMemory = memoryFiles !== undefined && options.launcher !== undefined
  const publishOn = connection.bridgeReachable ? undefined : '127.0.0.1'
  const { tidy, letGo, held, ...volumes } = dockerVolumes(
    docker,
    options.disk?.means.volumes === 'image' ? options.disk.images : undefined,
  )
  const layers = createLayerLimits(docker, options.disk)
  const kills = createKillWatch(connection)
  const places = createPlaces(docker)
  const addresses = createContainerAddresses(docker, places, publishOn)

  function engineRuntimeFor(isolation: Isolation): string {
    if (options.gvisorRuntime !== undefined) return options.gvisorRuntime
    throw new SubletError('runtime.failed', `The engine has no ${isolation}.`, {
      hint: 'Install gVisor (https://gvisor.dev/docs/user_guide/install) and add it to the engine: sudo runsc install.',
    })
  }

  async function createContainer(
    spec: InstanceSpec,
  ): Promise<{ container: Docker.Container; network: LeaseNetwork }> {
    if (!connection.sharesFiles && spec.mounts.some(({ kind }) => kind === 'folder')) {
      throw new SubletError(
        'fetch.failed',
        'The engine is on another machine, where nothing can be fetched to.',
      )
    }
    const network = await networks.claim(spec.owner, spec.owner.leaseId, {
      holder: canJoin && spec.alone === true && spec.isolation === undefined,
    })
    const launch = secretsInMemory && Object.keys(spec.secretEnv).length > 0
    const files = [
      ...(network.holder === undefined ? [] : [hostsFile(spec, network)]),
      ...spec.files,
      ...(launch ? [environmentFile(spec.secretEnv)] : []),
    ]
    const fileSources = (await memoryFiles?.write(spec.owner, files)) ?? new Map<string, string>()
    if (launch && options.launcher !== undefined) fileSources.set(launcherPath, options.launcher)
    const create = containerOptions(spec, {
      network,
      ...(launch ? { launchedFrom: (await docker.getImage(spec.image).inspect()).Config } : {}),
      fileSources,
      gpuNodes: await findGpuNodes(spec.gpuIds),
      seccompProfile: await seccompProfile,
      ...(spec.isolation === undefined ? {} : { engineRuntime: engineRuntimeFor(spec.isolation) }),
      hasDiskQuota: options.disk?.means.root === 'quota',
      ...(publishOn === undefined ? {} : { publishOn }),
    })
    const container = await docker.createContainer(create).catch(async (error: unknown) => {
      // Podman says it in words alone.
      if (statusOf(error) !== 409 && !/already in use/.test(messageOf(error))) throw error
      // Left by a crash between making it and writing that down.
      await docker.getContainer(containerName(spec)).remove({ force: true, v: true })
      return await docker.createContainer(create)
    })
    await layers.confine(container, spec.storageBytes)
    return { container, network }
  }

  /** Instances known to need no redirects; asking costs a call. */
  const direct = new Set<string>()

  /** What is set in a container's own network, which is new at each start. */
  async function setUpNetwork(id: string): Promise<void> {
    if (direct.has(id) && bandwidth === undefined) return
    const { State, Config } = await docker.getContainer(id).inspect()
    if (!State.Running) return
    await bandwidth?.limitContainer(State.Pid).catch(async (error: unknown) => {
      // A short job may be over already.
      if ((await docker.getContainer(id).inspect()).State.Running) throw error
    })
    await redirectPorts(State.Pid, redirectsIn(Config.Labels ?? {})).catch((error: unknown) =>
      options.onProblem?.(`ports cannot be renumbered within a lease: ${messageOf(error)}`),
    )
  }

  async function startContainer(id: string): Promise<void> {
    try {
      await docker.getContainer(id).start()
    } catch (error) {
      // Not modified: it runs already.
      if (statusOf(error) !== 304) throw error
    }
  }

  /** Without the holder of its place an instance runs on cut off, and nothing would say so. */
  async function endWithHolder(id: string, signal: AbortSignal): Promise<void> {
    const networked = await places.networkedAs(id)
    if (networked === id) return
    await docker.getContainer(networked).wait({ abortSignal: signal })
    options.onProblem?.('the holder of a network has ended, and with it the instance that used it')
    await docker.getContainer(id).kill()
  }

  return {
    name: connection.name,
    isolates: true,
    gaps: () => [
      ...(options.firewall?.stands() === true ? [] : ['network' as const]),
      ...(connection.hasSeccomp ? [] : ['seccomp' as const]),
    ],
    async confine() {
      await options.firewall?.ensure()
    },
    secretsInMemory,
    limits: true,
    isolations: options.gvisorRuntime === undefined ? [] : ['gvisor'],
    ...(options.leaseMegabits === undefined ? {} : { leaseMegabits: options.leaseMegabits }),
    diskLimits: options.disk === undefined ? 'none' : diskLimitsOf(options.disk.means),

    ...(connection.rootFolder === undefined ? {} : { imageFolder: connection.rootFolder }),

    async ping() {
      await withEngine('answer', () => docker.ping())
    },

    ...dockerImages(docker, bundled),

    async create(spec) {
      return await withEngine('make the container', async () => {
        const { container, network } = await createContainer(spec)
        if (memoryFiles === undefined && spec.files.length > 0) {
          await container.putArchive(filesArchive(spec.files), { path: '/' })
        }
        if (spec.redirects.length === 0) direct.add(container.id)
        places.note(container.id, network.holder)
        return container.id
      })
    },

    async start(id) {
      await withEngine('start the container', async () => {
        addresses.forget(id)
        await layers.check(id)
        kills.started(id)
        await startContainer(id).catch(async (error: unknown) => {
          const networked = await places.networkedAs(id)
          if (networked === id) throw error
          // After the engine or the machine was down, the holder of its place is as well.
          await startContainer(networked)
          await startContainer(id)
        })
        await setUpNetwork(id)
      })
    },

    async wait(id, signal) {
      const over = new AbortController()
      // Whatever keeps this from being seen ends the waiting for the instance as well, or is the instance's end.
      endWithHolder(id, over.signal).catch(() => undefined)
      const { StatusCode } = (await withEngine('wait for the container', () =>
        docker.getContainer(id).wait(signal === undefined ? {} : { abortSignal: signal }),
      ).finally(() => over.abort())) as { StatusCode: number }
      addresses.forget(id)
      const seen = await unlessMissing('look at the container', () => docker.getContainer(id).inspect())
      const exit: Exit = { exitCode: StatusCode, outOfMemory: seen?.State.OOMKilled ?? false }
      if (StatusCode <= signalExitBase || exit.outOfMemory || seen === undefined) return exit
      return { exitCode: StatusCode, ...(await kills.howEnded(id, seen.State.StartedAt)) }
    },

    async inspect(id) {
      const seen = await unlessMissing('look at the container', () => docker.getContainer(id).inspect())
      return seen === undefined ? undefined : instanceOf(seen)
    },

    async list(owner, leaseId) {
      return await withEngine('list containers', async () => {
        const found = await docker.listContainers({ all: true, filters: ownerFilter(owner, leaseId) })
        const inspected = await Promise.all(
          found.map(({ Id }) =>
            unlessMissing('look at the container', () => docker.getContainer(Id).inspect()),
          ),
        )
        return inspected.flatMap((seen) => {
          const instance = seen === undefined ? undefined : instanceOf(seen)
          if (seen === undefined || instance === undefined) return []
          layers.note(seen)
          places.noteSeen(seen)
          return [instance]
        })
      })
    },

    async stop(id, graceMs) {
      addresses.forget(id)
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
      addresses.forget(id)
      direct.delete(id)
      places.forget(id)
      layers.forget(id)
      // Podman would ask it to stop first, and wait.
      if (connection.name === 'podman') {
        await docker
          .getContainer(id)
          .kill()
          .catch(() => undefined)
      }
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

    logs: (id, request) => containerLogs(connection, id, request),

    async exec(id, request) {
      const container = docker.getContainer(id)
      const { Config } = await withEngine('look at the container', () => container.inspect())
      const isLaunched = Config.Labels?.[launchedLabel] === launcherPath
      const command = isLaunched ? launched(request.command) : request.command
      return await execInContainer(container, { ...request, command })
    },

    ...dockerFiles(docker, { makesFolders: connection.name === 'podman' }),

    async usage(id) {
      return await withEngine('measure the container', async () => {
        const measure = (one: string) =>
          docker
            .getContainer(one)
            .stats({ stream: false, 'one-shot': true }) as Promise<Docker.ContainerStats>
        const networked = await places.networkedAs(id)
        const own = measure(id)
        const [stats, { networks: traffic }] = await Promise.all([
          own,
          networked === id ? own : measure(networked),
        ])
        return usageIn({ ...stats, networks: traffic })
      })
    },

    datagramTarget: addresses.datagramTarget,
    connect: addresses.connect,

    ...volumes,

    diskHeld: (owner) =>
      withEngine('measure the containers', async () => [
        ...(await heldByContainers(docker, layers, owner)),
        ...(await held(owner)),
      ]),

    async prepare(owner) {
      await tidy()
      await networks.refill(owner)
    },
    sweep: (owner: Owner) => networks.sweep(owner),
    close: letGo,
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
