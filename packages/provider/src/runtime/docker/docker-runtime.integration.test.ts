import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeWith } from '@sublet/testing'
import { createDiskImages } from '../../disk/disk-images.ts'
import { diskMeansOf } from '../../disk/disk-means.ts'
import { lookAtDisks } from '../../disk/look-at-disks.ts'
import { createBundledImages } from '../../image/bundled-images.ts'
import { describeRuntime } from '../runtime.contract.ts'
import { connectDocker, type DockerConnection } from './connect-docker.ts'
import { createDockerRuntime } from './docker-runtime.ts'
import { placeLauncher } from './secret-environment.ts'

const diskFolder = join(tmpdir(), `sublet-disks-${process.pid}`)

async function open(connection: DockerConnection) {
  const means = diskMeansOf(await lookAtDisks(connection, process.platform))
  return createDockerRuntime({
    connection,
    bundled: createBundledImages({ nodePath: process.execPath, platform: process.platform }),
    subnetPool: '10.214.0.0/16',
    spareNetworks: 1,
    launcher: await placeLauncher(diskFolder),
    disk: {
      means,
      images: createDiskImages({ folder: diskFolder, classFolders: { default: diskFolder } }),
    },
    ...(connection.sharesFiles ? { memoryFolder: `/dev/shm/sublet-test-${process.pid}` } : {}),
  })
}

async function close(): Promise<void> {
  await rm(`/dev/shm/sublet-test-${process.pid}`, { recursive: true, force: true })
  await rm(diskFolder, { recursive: true, force: true })
}
const parts = { image: 'sublet.local/hello:1', nodePath: '/usr/local/bin/node' }

describeWith('docker')('containers reached at their own address', () => {
  describeRuntime(async () => {
    const connection = await connectDocker({ env: process.env, platform: process.platform })
    return {
      runtime: await open(connection),
      reopen: () => open(connection),
      ...parts,
      close,
    }
  })
})

describeWith('docker')('containers reached through published ports, as on Docker Desktop', () => {
  describeRuntime(async () => {
    const found = await connectDocker({ env: process.env, platform: process.platform })
    const connection = { ...found, bridgeReachable: false, sharesFiles: false }
    return {
      runtime: await open(connection),
      reopen: () => open(connection),
      ...parts,
      close,
    }
  })
})
