import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mebibyte } from '@sublet/protocol'
import { describeWith } from '@sublet/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDiskImages } from '../../disk/disk-images.ts'
import { diskMeansOf } from '../../disk/disk-means.ts'
import { lookAtDisks } from '../../disk/look-at-disks.ts'
import { createBundledImages } from '../../image/bundled-images.ts'
import { plainInstance } from '../../testing/plain-instance.ts'
import type { Owner, Runtime } from '../runtime.ts'
import { connectDocker } from './connect-docker.ts'
import { createDockerRuntime } from './docker-runtime.ts'

const leaseId = `0x${process.pid.toString(16).padStart(64, '6')}` as const

describeWith('docker').each([true, false])('what leases take of the disk, limited: %s', (limited) => {
  const owner: Owner = {
    network: `test:disk-held-${limited}`,
    provider: `0x${process.pid.toString(16).padStart(40, '0')}`,
  }
  let folder: string
  let runtime: Runtime
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sublet-held-'))
    const connection = await connectDocker({ env: process.env, platform: process.platform })
    const means = diskMeansOf(await lookAtDisks(connection, process.platform))
    const images = createDiskImages({ folder, classFolders: { default: folder } })
    runtime = createDockerRuntime({
      connection,
      bundled: createBundledImages({ nodePath: process.execPath, platform: process.platform }),
      subnetPool: limited ? '10.226.0.0/17' : '10.226.128.0/17',
      spareNetworks: 0,
      ...(limited ? { disk: { means, images } } : {}),
    })
    await runtime.ensureImage('sublet.local/hello:1')
  })
  afterAll(async () => {
    for (const instance of await runtime.list(owner)) await runtime.remove(instance.id)
    await runtime.removeLease(owner, leaseId)
    for (const volume of await runtime.volumes(owner)) await runtime.removeVolume(volume.name)
    await runtime.sweep(owner)
    await runtime.close()
    await rm(folder, { recursive: true, force: true })
  })

  const held = async () => (await runtime.diskHeld(owner)).reduce((sum, { heldBytes }) => sum + heldBytes, 0)

  test('is what they have written, not what they may write', async () => {
    const volumeOwner = { ...owner, tenant: owner.provider, deployment: 'held', name: 'data' }
    const volume = await runtime.ensureVolume(volumeOwner, { sizeBytes: 64 * mebibyte, class: 'default' })
    const script = `
      const fs = require('fs')
      for (const place of ['/data/big', '/big']) {
        const file = fs.openSync(place, 'w')
        fs.writeSync(file, Buffer.alloc(20 * ${mebibyte}, 1))
        fs.fsyncSync(file)
      }`
    const id = await runtime.create({
      ...plainInstance({ ...owner, leaseId, service: 'web', replica: 0 }),
      command: ['/usr/local/bin/node'],
      args: ['-e', script],
      user: '0',
      mounts: [{ kind: 'volume', volume, path: '/data', readOnly: false }],
    })
    const before = await held()
    expect(before).toBeLessThan(30 * mebibyte)
    await runtime.start(id)
    expect((await runtime.wait(id)).exitCode).toBe(0)
    const { diskLimits } = runtime
    // Of a volume in the engine's own folder nobody knows.
    const known = diskLimits === 'none' ? 20 : 40
    const written = (await held()) - before
    expect(written).toBeGreaterThanOrEqual(known * mebibyte * 0.95)
    expect(written).toBeLessThan((known + 10) * mebibyte)
  })
})
