import { rm } from 'node:fs/promises'
import { createBundledImages } from '../image/bundled-images.ts'
import { connectDocker } from '../runtime/docker/connect-docker.ts'
import { createDockerRuntime } from '../runtime/docker/docker-runtime.ts'
import { describeRuntime } from '../runtime/runtime.contract.ts'

/** What a runtime must do, tried on the gVisor of an engine that is opened for it. */
export function describeGvisor(
  open: () => Promise<{ host: string; gvisorRuntime: string } & AsyncDisposable>,
) {
  const memoryFolder = `/dev/shm/sublet-gvisor-${process.pid}`
  describeRuntime(async () => {
    const engine = await open()
    const connection = await connectDocker({
      host: engine.host,
      env: process.env,
      platform: process.platform,
    })
    const runtime = () =>
      createDockerRuntime({
        connection,
        bundled: createBundledImages({ nodePath: process.execPath, platform: process.platform }),
        subnetPool: '10.234.0.0/16',
        spareNetworks: 0,
        memoryFolder,
        gvisorRuntime: engine.gvisorRuntime,
      })
    return {
      runtime: runtime(),
      reopen: async () => runtime(),
      image: 'sublet.local/hello:1',
      nodePath: '/usr/local/bin/node',
      isolation: 'gvisor',
      async close() {
        await engine[Symbol.asyncDispose]()
        await rm(memoryFolder, { recursive: true, force: true })
      },
    }
  })
}
