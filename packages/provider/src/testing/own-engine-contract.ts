import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBundledImages } from '../image/bundled-images.ts'
import { connectDocker } from '../runtime/docker/connect-docker.ts'
import { createDockerRuntime, type DockerRuntimeOptions } from '../runtime/docker/docker-runtime.ts'
import { placeLauncher } from '../runtime/docker/secret-environment.ts'
import { describeRuntime, type RuntimeUnderTest } from '../runtime/runtime.contract.ts'

export interface OwnEngineDifferences {
  /** How the runtime uses the engine. */
  runtime: Pick<DockerRuntimeOptions, 'subnetPool' | 'spareNetworks' | 'gvisorRuntime'>
  /** What is different about its containers. */
  traits: Pick<RuntimeUnderTest, 'isolation' | 'tellsKills' | 'partsRuns'>
}

/** What a runtime must do, tried on an engine that is started for it. */
export function describeOwnEngine(
  start: () => Promise<{ host: string } & AsyncDisposable>,
  { runtime, traits }: OwnEngineDifferences,
) {
  describeRuntime(async () => {
    const engine = await start()
    const connection = await connectDocker({
      host: engine.host,
      env: process.env,
      platform: process.platform,
    })
    const memoryFolder = await mkdtemp('/dev/shm/sublet-own-engine-')
    const launcherFolder = await mkdtemp(join(tmpdir(), 'sublet-own-engine-'))
    const launcher = await placeLauncher(launcherFolder)
    const open = () =>
      createDockerRuntime({
        connection,
        bundled: createBundledImages({ nodePath: process.execPath, platform: process.platform }),
        launcher,
        memoryFolder,
        ...runtime,
      })
    return {
      runtime: open(),
      reopen: async () => open(),
      image: 'sublet.local/hello:1',
      nodePath: '/usr/local/bin/node',
      ...traits,
      async close() {
        await engine[Symbol.asyncDispose]()
        await rm(memoryFolder, { recursive: true, force: true })
        await rm(launcherFolder, { recursive: true, force: true })
      },
    }
  })
}
