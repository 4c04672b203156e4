import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { SubletError } from '@sublet/protocol'
import Docker from 'dockerode'
import { engineError } from './docker-error.ts'
import { createEngineAgent } from './engine-agent.ts'
import type { EngineRuntimes } from './gvisor.ts'

export interface DockerConnection {
  docker: Docker
  name: 'docker' | 'podman'
  /** Containers' own addresses can be reached from this process. */
  bridgeReachable: boolean
  /** What the engine can run containers with, by name. */
  runtimes: EngineRuntimes
  /** Containers' kernel calls are filtered. */
  hasSeccomp: boolean
  /** Files on this machine can be mounted into containers. */
  sharesFiles: boolean
  /** Where the engine keeps images and containers; absent where that is not a folder of this machine. */
  rootFolder?: string
  where: string
}

export interface DockerPlace {
  /** `SUBLET_DOCKER_HOST` or `DOCKER_HOST`: `unix:///path`, a path, `tcp://host:port`, `http://…`. */
  host?: string | undefined
  env: Readonly<Record<string, string | undefined>>
  platform: NodeJS.Platform
}

/** Where a Docker or Podman socket may lie, the likeliest first. */
export function socketCandidates({ env, platform }: Omit<DockerPlace, 'host'>): string[] {
  if (platform === 'win32') return ['//./pipe/docker_engine']
  const runtimeDir = env.XDG_RUNTIME_DIR
  return [
    '/var/run/docker.sock',
    join(homedir(), '.docker/run/docker.sock'),
    ...(runtimeDir === undefined ? [] : [join(runtimeDir, 'docker.sock')]),
    ...(runtimeDir === undefined ? [] : [join(runtimeDir, 'podman/podman.sock')]),
    '/run/podman/podman.sock',
  ]
}

function clientFor(host: string): Docker {
  if (host.startsWith('tcp://') || host.startsWith('http://') || host.startsWith('https://')) {
    const url = new URL(host.replace(/^tcp:/, 'http:'))
    const protocol = url.protocol === 'https:' ? 'https' : 'http'
    // Over TLS the library brings an agent of its own.
    const agent = protocol === 'http' ? { agent: createEngineAgent() } : {}
    return new Docker({ host: url.hostname, port: Number(url.port || 2375), protocol, ...agent })
  }
  // The types do not know of the agent.
  const own = { socketPath: host.replace(/^(unix|npipe):\/\//, ''), agent: createEngineAgent() }
  return new Docker(own)
}

async function tryConnect(host: string, platform: NodeJS.Platform): Promise<DockerConnection> {
  const docker = clientFor(host)
  try {
    const [version, info] = await Promise.all([docker.version(), docker.info()])
    const components = (version as { Components?: { Name: string }[] }).Components ?? []
    const local = !/^(tcp|https?):/.test(host)
    const { Runtimes: runtimes = {}, DockerRootDir: root } = info as {
      Runtimes?: EngineRuntimes
      DockerRootDir?: string
    }
    const name = components.some(({ Name }) => /podman/i.test(Name)) ? 'podman' : 'docker'
    const { SecurityOptions: security } = info as { SecurityOptions?: string[] | null }
    const desktop = /desktop/i.test(String((info as { OperatingSystem?: string }).OperatingSystem ?? ''))
    const isHere = local && platform === 'linux' && !desktop
    return {
      docker,
      name,
      bridgeReachable: isHere,
      sharesFiles: isHere,
      ...(isHere && root !== undefined && existsSync(root) ? { rootFolder: root } : {}),
      runtimes,
      hasSeccomp: filtersCalls(security ?? []),
      where: host,
    }
  } catch (error) {
    throw engineError(error, `answer at ${host}`)
  }
}

/** Finds the container engine. Throws `runtime.unavailable` with the cure where none answers. */
export async function connectDocker({ host, env, platform }: DockerPlace): Promise<DockerConnection> {
  const chosen = host ?? env.SUBLET_DOCKER_HOST ?? env.DOCKER_HOST
  if (chosen !== undefined && chosen !== '') return await tryConnect(chosen, platform)
  let last: unknown
  for (const candidate of socketCandidates({ env, platform })) {
    if (platform !== 'win32' && !existsSync(candidate)) continue
    try {
      return await tryConnect(candidate, platform)
    } catch (error) {
      last = error
    }
  }
  if (last !== undefined) throw last
  throw new SubletError('runtime.unavailable', 'No Docker or Podman socket was found on this machine.', {
    hint: 'Install Docker (https://docs.docker.com/engine/install), or name a socket in SUBLET_DOCKER_HOST.',
  })
}

/** Whether the engine's `SecurityOptions`, such as `name=seccomp,profile=builtin`, name a filter of kernel calls. */
export function filtersCalls(securityOptions: readonly string[]): boolean {
  return securityOptions.some((option) => {
    const fields = option.split(',')
    return (
      ['seccomp', 'name=seccomp'].some((name) => fields.includes(name)) &&
      !fields.includes('profile=unconfined')
    )
  })
}
