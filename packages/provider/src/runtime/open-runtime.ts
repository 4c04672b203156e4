import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isSubletError, SubletError } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { ProviderConfig } from '../config.ts'
import { createDiskImages } from '../disk/disk-images.ts'
import { diskMeansOf } from '../disk/disk-means.ts'
import { lookAtDisks } from '../disk/look-at-disks.ts'
import { createBundledImages } from '../image/bundled-images.ts'
import { outwardMegabits } from '../inventory/measure-machine.ts'
import { bandwidthObstacle, shareOfLink } from './docker/bandwidth.ts'
import { connectDocker, type DockerConnection } from './docker/connect-docker.ts'
import { createDockerRuntime } from './docker/docker-runtime.ts'
import { createLeaseFirewall } from './docker/firewall.ts'
import { gvisorIn } from './docker/gvisor.ts'
import { placeLauncher } from './docker/secret-environment.ts'
import { createHostRuntime } from './host/host-runtime.ts'
import type { Runtime } from './runtime.ts'

export interface OpenRuntimeParts {
  config: Pick<
    ProviderConfig,
    | 'runtime'
    | 'dockerHost'
    | 'subnetPool'
    | 'spareNetworks'
    | 'dataDir'
    | 'storageFolders'
    | 'leaseMegabits'
    | 'gvisorRuntime'
    | 'strangersWithout'
  >
  env: Readonly<Record<string, string | undefined>>
  platform: NodeJS.Platform
  /** Whether this is the tenants' own machine, which the host runtime needs. */
  ownMachine: boolean
  log: Log
  now: () => number
}

const onlyOwnTenants =
  'leases are not wholly isolated here, so only this machine’s own tenants are served; `strangersWithout` takes in others all the same'

/** Variables that processes of the host runtime need to find programs and write files. */
const passedOn = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'SystemRoot', 'PATHEXT']

/**
 * Opens the runtime that the configuration names. Throws `runtime.unavailable` with the cure, also where there is only
 * the host runtime and strangers would be served.
 */
export async function openRuntime(parts: OpenRuntimeParts): Promise<Runtime> {
  const { config, env, platform, log } = parts
  const bundled = createBundledImages({ nodePath: process.execPath, platform })
  let lack: Runtime['lack']
  if (config.runtime !== 'host') {
    try {
      const connection = await connectDocker({ host: config.dockerHost, env, platform })
      log.info({ engine: connection.name, where: connection.where }, 'container engine found')
      // Elsewhere, as in a virtual machine of the engine's, nothing here can set the rules.
      const firewall = connection.bridgeReachable ? createLeaseFirewall(log) : undefined
      await firewall?.ensure()
      const means = diskMeansOf(await lookAtDisks(connection, platform))
      if (means.lack !== undefined) log.warn({ cure: means.lack.cure }, means.lack.what)
      const leaseMegabits = await bandwidthFor(connection, config)
      const launcher = await placeLauncher(config.dataDir)
      if (launcher === undefined) {
        log.warn(
          { processor: process.arch },
          'secret variables of leases will lie in the engine’s own files, as nothing else can start programs on this processor',
        )
      }
      const runtime = createDockerRuntime({
        connection,
        bundled,
        subnetPool: config.subnetPool,
        spareNetworks: config.spareNetworks,
        onProblem: (message) => log.warn(message),
        launcher,
        leaseMegabits,
        firewall,
        gvisorRuntime: gvisorFor(connection, config),
        disk: {
          means,
          images: createDiskImages({
            folder: join(config.dataDir, 'disks'),
            classFolders: { default: config.dataDir, ...config.storageFolders },
          }),
        },
        ...(existsSync('/dev/shm') ? { memoryFolder: memoryFolderOf(process.getuid?.() ?? 0) } : {}),
      })
      const missing = runtime.gaps().filter((gap) => !config.strangersWithout.includes(gap))
      if (missing.length > 0) log.warn({ missing }, onlyOwnTenants)
      return runtime
    } catch (error) {
      if (config.runtime === 'docker' || !isSubletError(error, 'runtime.unavailable')) throw error
      if (!parts.ownMachine) throw error
      lack = { what: error.message, cure: error.hint ?? '' }
      log.warn({ reason: error.message, hint: error.hint }, 'no container engine')
    }
  }
  if (!parts.ownMachine) {
    throw new SubletError(
      'runtime.unavailable',
      'Without a container engine only the machine’s own tenants can be served.',
      {
        hint: 'Install Docker, or name the tenants that are your own.',
      },
    )
  }
  log.warn(
    'leases run as plain processes of this machine, without isolation: only its own tenants are served',
  )
  return createHostRuntime({
    folder: join(config.dataDir, 'host-runtime'),
    bundled,
    platform,
    lack,
    baseEnv: Object.fromEntries(
      passedOn.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
    ),
    now: parts.now,
  })
}

/** The engine's gVisor. Throws where the owner names one that is not there. */
function gvisorFor(
  { name, runtimes }: DockerConnection,
  { gvisorRuntime }: Pick<ProviderConfig, 'gvisorRuntime'>,
): string | undefined {
  const found = gvisorIn(name, runtimes, gvisorRuntime)
  if (found !== undefined || gvisorRuntime === undefined) return found
  throw new SubletError('config.invalid', `The engine has no runtime ${gvisorRuntime}.`, {
    hint: `It has ${Object.keys(runtimes).join(', ')}; add one with \`runtimes\` in /etc/docker/daemon.json.`,
  })
}

/**
 * What each lease is held to. Throws where it cannot be held to what the owner wants; what nobody has asked for is left
 * where it can't be kept.
 */
async function bandwidthFor(
  { bridgeReachable }: DockerConnection,
  { leaseMegabits }: Pick<ProviderConfig, 'leaseMegabits'>,
): Promise<number | undefined> {
  const share = leaseMegabits ?? shareOfLink(await outwardMegabits())
  if (share === undefined) return undefined
  const obstacle = bridgeReachable ? await bandwidthObstacle() : 'the engine’s network is not this machine’s'
  if (obstacle === undefined) return share
  if (leaseMegabits === undefined) return undefined
  throw new SubletError('config.invalid', `leaseMegabits cannot be kept: ${obstacle}`, {
    hint: 'Run the provider as root beside the engine, on Linux with iproute2; or leave leaseMegabits out.',
  })
}

/** Each user's own: no provider can look into another's. */
function memoryFolderOf(uid: number): string {
  return uid === 0 ? '/dev/shm/sublet' : `/dev/shm/sublet-${uid}`
}
