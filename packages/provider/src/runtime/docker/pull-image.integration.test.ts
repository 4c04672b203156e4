import { isSubletError } from '@sublet/protocol'
import { describeWith } from '@sublet/testing'
import { expect, test } from 'vitest'
import { createBundledImages } from '../../image/bundled-images.ts'
import { startRegistry } from '../../testing/registry.ts'
import type { PullProgress } from '../runtime.ts'
import { connectDocker } from './connect-docker.ts'
import { createDockerRuntime } from './docker-runtime.ts'

async function open() {
  const connection = await connectDocker({ env: process.env, platform: process.platform })
  const runtime = createDockerRuntime({
    connection,
    bundled: createBundledImages({ nodePath: process.execPath, platform: process.platform }),
    subnetPool: '10.216.0.0/16',
    spareNetworks: 0,
  })
  return { runtime, docker: connection.docker }
}

describeWith('docker')('pulling', () => {
  test('fetches what is missing, tells how far it is, and fetches nothing twice', async () => {
    await using registry = await startRegistry('team/tool')
    const { runtime, docker } = await open()
    const reference = `${registry.host}/team/tool:1`
    try {
      const seen: PullProgress[] = []
      await runtime.ensureImage(reference, { onProgress: (progress) => seen.push(progress) })
      expect(await runtime.images()).toContain(reference)
      expect(seen.length).toBeGreaterThan(0)
      for (const { doneBytes, totalBytes } of seen) expect(doneBytes).toBeLessThanOrEqual(totalBytes)
      const before = registry.blobRequests()
      expect(before).toBeGreaterThan(0)
      await runtime.ensureImage(reference)
      expect(registry.blobRequests()).toBe(before)
    } finally {
      await docker.getImage(reference).remove({ force: true })
    }
  })

  test('shows its credentials where they are asked, and says why without', async () => {
    const login = { username: 'ann', password: 'pass word' }
    await using registry = await startRegistry('private', login)
    const { runtime, docker } = await open()
    const reference = `${registry.host}/private:1`
    await expect(runtime.ensureImage(reference)).rejects.toSatisfy(
      (error) => isSubletError(error, 'image.unavailable') && error.message.includes(reference),
    )
    const credentials = { host: registry.host, ...login }
    await expect(
      runtime.ensureImage(reference, { credentials: { ...credentials, password: 'no' } }),
    ).rejects.toSatisfy((error) => isSubletError(error, 'image.unavailable'))
    await runtime.ensureImage(reference, { credentials })
    expect(await runtime.images()).toContain(reference)
    await docker.getImage(reference).remove({ force: true })
  })

  test('says that there is no such image', async () => {
    await using registry = await startRegistry('here')
    const { runtime } = await open()
    await expect(runtime.ensureImage(`${registry.host}/elsewhere:1`)).rejects.toSatisfy(
      (error) => isSubletError(error, 'image.unavailable') && error.hint?.includes('Check the name') === true,
    )
  })
})
