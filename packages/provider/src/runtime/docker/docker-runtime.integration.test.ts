import { rm } from 'node:fs/promises'
import { describeWith } from '@sublet/testing'
import { createBundledImages } from '../../image/bundled-images.ts'
import { describeRuntime } from '../runtime.contract.ts'
import { connectDocker, type DockerConnection } from './connect-docker.ts'
import { createDockerRuntime } from './docker-runtime.ts'

function open(connection: DockerConnection) {
  return createDockerRuntime({
    connection,
    bundled: createBundledImages({ nodePath: process.execPath, platform: process.platform }),
    subnetPool: '10.214.0.0/16',
    spareNetworks: 1,
    ...(connection.sharesFiles ? { memoryFolder: `/dev/shm/sublet-test-${process.pid}` } : {}),
  })
}

const close = () => rm(`/dev/shm/sublet-test-${process.pid}`, { recursive: true, force: true })
const parts = { image: 'sublet.local/hello:1', nodePath: '/usr/local/bin/node' }

describeWith('docker')('containers reached at their own address', () => {
  describeRuntime(async () => {
    const connection = await connectDocker({ env: process.env, platform: process.platform })
    return {
      runtime: open(connection),
      reopen: async () => open(connection),
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
      runtime: open(connection),
      reopen: async () => open(connection),
      ...parts,
      close,
    }
  })
})
