import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A Podman of a test's own: its containers, images and networks are nobody else's. */
export interface OwnPodman extends AsyncDisposable {
  /** As `dockerHost` of a provider takes it. */
  host: string
}

const startMs = 60_000

/** Podman would raise its containers' limits to a million, which not every machine's root may. */
const containersConf = '[containers]\ndefault_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]\n'

/** Starts Podman's service beside whatever engine the machine has. Throws with what it said where it does not start. */
export async function startOwnPodman(): Promise<OwnPodman> {
  const folder = await mkdtemp(join(tmpdir(), 'sublet-podman-'))
  const socketPath = join(folder, 'podman.sock')
  const own = (name: string) => join(folder, name)
  const options = [
    ...['--root', own('root'), '--runroot', own('run'), '--tmpdir', own('libpod')],
    ...['--network-config-dir', own('networks'), '--cgroup-manager', 'cgroupfs'],
    // Podman's first choice, crun, runs nothing where cgroups of both versions are mounted.
    ...(existsSync('/usr/sbin/runc') ? ['--runtime', 'runc'] : []),
  ]
  await writeFile(own('containers.conf'), containersConf)
  const env = { ...process.env, CONTAINERS_CONF: own('containers.conf') }
  const service = spawn('podman', [...options, 'system', 'service', '--time=0', `unix://${socketPath}`], {
    env,
    // Its helpers leave notes where they were started.
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  service.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-4000)
  })
  const deadlineMs = Date.now() + startMs
  while (!existsSync(socketPath)) {
    if (service.exitCode !== null || Date.now() > deadlineMs)
      throw new Error(`Podman does not start: ${said}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    host: `unix://${socketPath}`,
    async [Symbol.asyncDispose]() {
      service.kill('SIGTERM')
      if (service.exitCode === null && service.signalCode === null) await once(service, 'exit')
      // Its storage is mounted, images and all.
      const reset = spawn('podman', [...options, 'system', 'reset', '--force'], { env, stdio: 'ignore' })
      await once(reset, 'exit')
      await rm(folder, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}
