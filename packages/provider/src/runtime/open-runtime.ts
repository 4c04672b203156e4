import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isSubletError, SubletError } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { ProviderConfig } from '../config.ts'
import { createBundledImages } from '../image/bundled-images.ts'
import { connectDocker } from './docker/connect-docker.ts'
import { createDockerRuntime } from './docker/docker-runtime.ts'
import { confineLeases } from './docker/firewall.ts'
import { createHostRuntime } from './host/host-runtime.ts'
import type { Runtime } from './runtime.ts'

export interface OpenRuntimeParts {
  config: Pick<ProviderConfig, 'runtime' | 'dockerHost' | 'subnetPool' | 'spareNetworks' | 'dataDir'>
  env: Readonly<Record<string, string | undefined>>
  platform: NodeJS.Platform
  /** Whether this is the tenants' own machine, which the host runtime needs. */
  ownMachine: boolean
  log: Log
  now: () => number
}

/** Variables that processes of the host runtime need to find programs and write files. */
const passedOn = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'SystemRoot', 'PATHEXT']

/**
 * Opens the runtime that the configuration names. Throws `runtime.unavailable` with the cure, also where there is only
 * the host runtime and strangers would be served.
 */
export async function openRuntime(parts: OpenRuntimeParts): Promise<Runtime> {
  const { config, env, platform, log } = parts
  const bundled = createBundledImages({ nodePath: process.execPath, platform })
  if (config.runtime !== 'host') {
    try {
      const connection = await connectDocker({ host: config.dockerHost, env, platform })
      log.info({ engine: connection.name, where: connection.where }, 'container engine found')
      if (connection.bridgeReachable) await confineLeases(log)
      return createDockerRuntime({
        connection,
        bundled,
        subnetPool: config.subnetPool,
        spareNetworks: config.spareNetworks,
        onProblem: (message) => log.warn(message),
        ...(existsSync('/dev/shm') ? { memoryFolder: '/dev/shm/sublet' } : {}),
      })
    } catch (error) {
      if (config.runtime === 'docker' || !isSubletError(error, 'runtime.unavailable')) throw error
      if (!parts.ownMachine) throw error
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
    baseEnv: Object.fromEntries(
      passedOn.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
    ),
    now: parts.now,
  })
}
