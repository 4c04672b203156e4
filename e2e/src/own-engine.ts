import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from '@sublet/testing/sublet-process'
import Docker from 'dockerode'
import { unmountBeneath } from './unmount-beneath.ts'

/** A Docker engine of a test's own, which the test may kill: its containers, images and networks are nobody else's. */
export interface OwnEngine extends AsyncDisposable {
  docker: Docker
  /** As `dockerHost` of a provider takes it. */
  host: string
  /** Of the containerd beneath it, which outlives it. */
  containerdSocket: string
  /** A container's labels as the engine has written them down, running or not; undefined once it is removed. */
  labelsOf(container: string): Readonly<Record<string, string>> | undefined
  start(): Promise<void>
  /** SIGKILL, as when it crashes. */
  kill(): Promise<void>
}

export interface OwnEngineOptions {
  /** Containers outlive the daemon; otherwise its next start ends those it finds. */
  liveRestore: boolean
  /** Further runtimes: programs by name. */
  runtimes?: Readonly<Record<string, string>>
}

/**
 * Starts a `dockerd` beside the machine's: with a bridge of its own and without firewall rules, so that nothing of the
 * machine's engine is touched (with `--bridge none` it would take `docker0` away). Leases bring their own bridges, which the machine itself can reach. Its containerd is a
 * process of its own, as distributions have it, and outlives the daemon.
 */
export async function startOwnEngine({ liveRestore, runtimes = {} }: OwnEngineOptions): Promise<OwnEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'sublet-engine-'))
  await mkdir(join(folder, 'data'))
  const socketPath = join(folder, 'docker.sock')
  const docker = new Docker({ socketPath })
  let daemon: ChildProcess | undefined
  const bridge = `sbe${process.pid}`
  await run('ip', 'link', 'add', bridge, 'type', 'bridge')
  await run('ip', 'address', 'add', '10.230.255.1/29', 'dev', bridge)
  const containerd = await startContainerd(folder)

  async function start(): Promise<void> {
    let said = ''
    const child = spawn(
      'dockerd',
      [
        ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
        ...['--pidfile', join(folder, 'pid'), '--host', `unix://${socketPath}`],
        ...['--containerd', join(folder, 'containerd.sock')],
        ...['--cgroup-parent', `/${folder.split('/').at(-1)}`, '--shutdown-timeout', '1'],
        ...['--bridge', bridge, '--iptables=false', '--ip6tables=false', '--ip-masq=false'],
        '--userland-proxy=false',
        ...Object.entries(runtimes).flatMap(([name, path]) => ['--add-runtime', `${name}=${path}`]),
        ...(liveRestore ? ['--live-restore'] : []),
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    daemon = child
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-4000)
    })
    await eventually('the engine answers', async () => {
      if (child.exitCode !== null) throw new Error(said)
      await docker.ping()
      return true
    })
  }

  async function kill(): Promise<void> {
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return
    daemon.kill('SIGKILL')
    await once(daemon, 'exit')
  }

  await start()
  return {
    docker,
    host: `unix://${socketPath}`,
    containerdSocket: join(folder, 'containerd.sock'),
    labelsOf(container) {
      try {
        const path = join(folder, 'data/containers', container, 'config.v2.json')
        return (JSON.parse(readFileSync(path, 'utf8')) as { Config: { Labels: Record<string, string> } })
          .Config.Labels
      } catch {
        return undefined
      }
    },
    start,
    kill,
    async [Symbol.asyncDispose]() {
      await docker.ping().catch(start)
      // Some may be on their way out already.
      await eventually('no container is left', async () => {
        const found = await docker.listContainers({ all: true })
        await Promise.allSettled(
          found.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })),
        )
        return found.length === 0 ? true : undefined
      })
      for (const { Id, Driver, Name } of await docker.listNetworks()) {
        if (Driver === 'bridge' && Name !== 'bridge') await docker.getNetwork(Id).remove()
      }
      for (const process of [daemon, containerd]) {
        if (process === undefined || process.exitCode !== null || process.signalCode !== null) continue
        process.kill('SIGTERM')
        await once(process, 'exit')
      }
      await run('ip', 'link', 'delete', bridge)
      await unmountBeneath(folder)
      await rm(folder, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

async function run(program: string, ...args: string[]): Promise<void> {
  await promisify(execFile)(program, args)
}

async function startContainerd(folder: string): Promise<ChildProcess> {
  const config = join(folder, 'containerd.toml')
  const quoted = (name: string) => JSON.stringify(join(folder, name))
  await writeFile(
    config,
    `version = 2
root = ${quoted('containerd')}
state = ${quoted('containerd-state')}
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = ${quoted('containerd.sock')}
`,
  )
  return spawn('containerd', ['--config', config, '--log-level', 'error'], { stdio: 'ignore' })
}
