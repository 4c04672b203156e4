import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { SubletError } from '@sublet/protocol'
import Docker from 'dockerode'
import { engineError } from './docker-error.ts'

export interface DockerConnection {
  docker: Docker
  name: 'docker' | 'podman'
  /** Containers' own addresses can be reached from this process. */
  bridgeReachable: boolean
  /** Files on this machine can be mounted into containers. */
  sharesFiles: boolean
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
    return new Docker({ host: url.hostname, port: Number(url.port || 2375), protocol })
  }
  return new Docker({ socketPath: host.replace(/^(unix|npipe):\/\//, '') })
}

async function tryConnect(host: string, platform: NodeJS.Platform): Promise<DockerConnection> {
  const docker = clientFor(host)
  try {
    const [version, info] = await Promise.all([docker.version(), docker.info()])
    const components = (version as { Components?: { Name: string }[] }).Components ?? []
    const local = !/^(tcp|https?):/.test(host)
    const desktop = /desktop/i.test(String((info as { OperatingSystem?: string }).OperatingSystem ?? ''))
    return {
      docker,
      name: components.some(({ Name }) => /podman/i.test(Name)) ? 'podman' : 'docker',
      bridgeReachable: local && platform === 'linux' && !desktop,
      sharesFiles: local && platform === 'linux' && !desktop,
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
