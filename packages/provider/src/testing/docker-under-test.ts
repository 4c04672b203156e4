import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { Hex } from '@sublet/protocol'
import type Docker from 'dockerode'
import { createBundledImages } from '../image/bundled-images.ts'
import { connectDocker } from '../runtime/docker/connect-docker.ts'
import { createDockerRuntime, type DockerRuntimeOptions } from '../runtime/docker/docker-runtime.ts'
import type { InstanceSpec, Owner, Runtime } from '../runtime/runtime.ts'
import { plainInstance } from './plain-instance.ts'

/** Docker's runtime with instances of its own, all gone after `close`. */
export interface DockerUnderTest {
  runtime: Runtime
  docker: Docker
  owner: Owner
  newLease(): Hex
  /** Another runtime on the same engine, as after a crash of the provider. */
  reopen(): Promise<Runtime>
  /** Makes an instance; one that stays up and does nothing unless told otherwise. */
  create(more?: Partial<Omit<InstanceSpec, 'owner'>>, leaseId?: Hex, service?: string): Promise<string>
  /** Makes and starts one. */
  run(...given: Parameters<DockerUnderTest['create']>): Promise<string>
  /** Its output when it has ended. */
  output(id: string): Promise<string>
  close(): Promise<void>
}

const nodePath = '/usr/local/bin/node'

export async function openDockerUnderTest(
  subnetPool: string,
  options: Partial<DockerRuntimeOptions> = {},
): Promise<DockerUnderTest> {
  const connection =
    options.connection ?? (await connectDocker({ env: process.env, platform: process.platform }))
  const memoryFolder = `/dev/shm/sublet-test-${randomBytes(4).toString('hex')}`
  const open = () =>
    createDockerRuntime({
      connection,
      bundled: createBundledImages({ nodePath: process.execPath, platform: process.platform }),
      subnetPool,
      spareNetworks: 0,
      memoryFolder,
      ...options,
    })
  const runtime = open()
  const owner: Owner = {
    network: `test-${randomBytes(4).toString('hex')}`,
    provider: `0x${randomBytes(20).toString('hex')}`,
  }
  const leases = new Set<Hex>()
  await runtime.ensureImage('sublet.local/hello:1')

  function newLease(): Hex {
    const leaseId: Hex = `0x${randomBytes(32).toString('hex')}`
    leases.add(leaseId)
    return leaseId
  }

  async function create(
    more: Partial<Omit<InstanceSpec, 'owner'>> = {},
    leaseId: Hex = newLease(),
    service = 'web',
  ): Promise<string> {
    return await runtime.create({
      ...plainInstance({ ...owner, leaseId, service, replica: 0 }),
      command: [nodePath],
      args: ['-e', 'setInterval(() => {}, 1000)'],
      aliases: [service],
      stopGraceMs: 1_000,
      ...more,
    })
  }

  return {
    runtime,
    docker: connection.docker,
    owner,
    newLease,
    reopen: async () => open(),
    create,
    async run(...given) {
      const id = await create(...given)
      await runtime.start(id)
      return id
    },
    async output(id) {
      await runtime.wait(id)
      const lines: string[] = []
      for await (const some of runtime.logs(id, { follow: false })) {
        lines.push(...some.texts())
      }
      return lines.join('\n')
    },
    async close() {
      for (const { id } of await runtime.list(owner)) await runtime.remove(id)
      for (const leaseId of leases) await runtime.removeLease(owner, leaseId)
      for (const { name } of await runtime.volumes(owner)) await runtime.removeVolume(name)
      await runtime.sweep(owner)
      await runtime.close()
      await rm(memoryFolder, { recursive: true, force: true })
    },
  }
}
