import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeWith } from '@sublet/testing'
import type Docker from 'dockerode'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBundledImages } from '../../image/bundled-images.ts'
import { plainInstance } from '../../testing/plain-instance.ts'
import type { InstanceSpec, Owner, Runtime } from '../runtime.ts'
import { connectDocker } from './connect-docker.ts'
import { createDockerRuntime } from './docker-runtime.ts'
import { placeLauncher } from './secret-environment.ts'

const owner: Owner = { network: 'test:secrets', provider: `0x${process.pid.toString(16).padStart(40, '0')}` }
const leaseId = `0x${process.pid.toString(16).padStart(64, '5')}` as const
const memoryFolder = `/dev/shm/sublet-secrets-${process.pid}`
const launcherFolder = join(tmpdir(), `sublet-launcher-${process.pid}`)
const secret = 'do-not-write-me-down'
const nodePath = '/usr/local/bin/node'

describeWith('docker')('secret variables in Docker', () => {
  let runtime: Runtime
  let docker: Docker
  let dockerRoot: string
  beforeAll(async () => {
    const connection = await connectDocker({ env: process.env, platform: process.platform })
    docker = connection.docker
    dockerRoot = ((await docker.info()) as { DockerRootDir: string }).DockerRootDir
    runtime = createDockerRuntime({
      connection,
      bundled: createBundledImages({ nodePath: process.execPath, platform: process.platform }),
      subnetPool: '10.212.0.0/16',
      spareNetworks: 0,
      memoryFolder,
      launcher: await placeLauncher(launcherFolder),
    })
    await runtime.ensureImage('sublet.local/hello:1')
  })
  afterAll(async () => {
    for (const instance of await runtime.list(owner)) await runtime.remove(instance.id)
    await runtime.removeLease(owner, leaseId)
    await runtime.sweep(owner)
    await rm(launcherFolder, { recursive: true, force: true })
    await rm(memoryFolder, { recursive: true, force: true })
  })

  async function run(more: Partial<InstanceSpec>): Promise<string> {
    const id = await runtime.create({
      ...plainInstance({ ...owner, leaseId, service: 'web', replica: 0 }),
      secretEnv: { TOKEN: secret },
      ...more,
    })
    await runtime.start(id)
    return id
  }

  test('stand in nothing that the engine writes down', async () => {
    expect(runtime.secretsInMemory).toBe(true)
    const id = await run({ readOnlyRoot: true })
    expect(JSON.stringify(await docker.getContainer(id).inspect())).not.toContain(secret)
    // Only root of the machine may look there.
    for (const name of ['config.v2.json', 'hostconfig.json']) {
      const written = await readFile(join(dockerRoot, 'containers', id, name), 'utf8').catch(() => '')
      expect(written).not.toContain(secret)
    }
    // The image's own program runs, as the first process and under its own name.
    const asked = await runtime.exec(id, {
      command: [
        nodePath,
        '-p',
        'require("fs").readFileSync("/proc/1/environ", "utf8").includes(process.env.TOKEN)',
      ],
      tty: false,
    })
    const said: string[] = []
    for await (const chunk of asked.stdout) said.push(String(chunk))
    expect(said.join('').trim()).toBe('true')
    await runtime.remove(id)
  })

  test('take nothing from the program: its path, its signals, its exit code, other variables', async () => {
    const script = `
      console.log(process.argv0, process.env["odd.name"], Object.keys(process.env).filter((n) => /^_?sublet_|SHLVL/.test(n)).join())
      process.on("SIGTERM", () => process.exit(process.pid === 1 ? 7 : 8))
      setInterval(() => {}, 1000)`
    const id = await run({
      command: ['node'],
      args: ['-e', script],
      env: { 'odd.name': "o'dd", PATH: '/nowhere:/usr/local/bin' },
    })
    for await (const [line] of runtime.logs(id, { follow: true })) {
      expect(line?.text).toMatch(/node o'dd $/)
      break
    }
    await runtime.stop(id, 5_000)
    expect(await runtime.inspect(id)).toMatchObject({ state: 'exited', exitCode: 7 })
    await runtime.remove(id)
    const missing = await run({ command: ['no-such-program'] })
    expect(await runtime.wait(missing)).toMatchObject({ exitCode: 127 })
    await runtime.remove(missing)
  })
})
