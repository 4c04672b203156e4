import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeWith } from '@sublet/testing'
import { createBundledImages } from '../../image/bundled-images.ts'
import { startOwnPodman } from '../../testing/own-podman.ts'
import { describeRuntime } from '../runtime.contract.ts'
import { connectDocker } from './connect-docker.ts'
import { createDockerRuntime } from './docker-runtime.ts'
import { placeLauncher } from './secret-environment.ts'

const memoryFolder = `/dev/shm/sublet-podman-${process.pid}`
const launcherFolder = join(tmpdir(), `sublet-podman-${process.pid}`)

describeWith('podman')('containers of Podman', () => {
  describeRuntime(async () => {
    const podman = await startOwnPodman()
    const connection = await connectDocker({
      host: podman.host,
      env: process.env,
      platform: process.platform,
    })
    const launcher = await placeLauncher(launcherFolder)
    const open = () =>
      createDockerRuntime({
        connection,
        bundled: createBundledImages({ nodePath: process.execPath, platform: process.platform }),
        subnetPool: '10.232.0.0/16',
        spareNetworks: 1,
        launcher,
        memoryFolder,
      })
    return {
      runtime: open(),
      reopen: async () => open(),
      image: 'sublet.local/hello:1',
      nodePath: '/usr/local/bin/node',
      tellsKills: false,
      partsRuns: false,
      async close() {
        await podman[Symbol.asyncDispose]()
        await rm(memoryFolder, { recursive: true, force: true })
        await rm(launcherFolder, { recursive: true, force: true })
      },
    }
  })
})
