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

describeWith(['docker', 'busybox'])('pulling', () => {
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

  test('lie where the engine says', async () => {
    const { runtime, docker } = await open()
    const { DockerRootDir } = (await docker.info()) as { DockerRootDir: string }
    expect(runtime.imageFolder).toBe(DockerRootDir)
  })

  test('takes an image away, but not while a container is made of it', async () => {
    await using registry = await startRegistry('spare')
    const { runtime, docker } = await open()
    const reference = `${registry.host}/spare:1`
    await runtime.ensureImage(reference)
    expect((await runtime.imageSizes()).get(reference)).toBeGreaterThan(0)
    const container = await docker.createContainer({ Image: reference })
    try {
      expect(await runtime.removeImage(reference)).toBe(false)
    } finally {
      await container.remove()
    }
    expect(await runtime.removeImage(reference)).toBe(true)
    expect((await runtime.imageSizes()).has(reference)).toBe(false)
    expect(await runtime.removeImage(reference)).toBe(true)
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

  test('asks the registry whether an image that is here may be had, and by whom', async () => {
    const login = { username: 'ann', password: 'pass word' }
    await using registry = await startRegistry('private', login)
    const { runtime, docker } = await open()
    const reference = `${registry.host}/private:1`
    const credentials = { host: registry.host, ...login }
    await runtime.ensureImage(reference, { credentials })
    await runtime.proveImage(reference, credentials)
    for (const wrong of [undefined, { ...credentials, password: 'no' }]) {
      await expect(runtime.proveImage(reference, wrong)).rejects.toMatchObject({ code: 'image.unavailable' })
    }
    await docker.getImage(reference).remove({ force: true })
  })

  test('takes an image by its digest and says which it is', async () => {
    await using registry = await startRegistry('team/tool')
    const { runtime, docker } = await open()
    const byTag = `${registry.host}/team/tool:1`
    expect(await runtime.identifyImage(byTag)).toBeUndefined()
    await runtime.ensureImage(byTag)
    const { digest = '' } = (await runtime.identifyImage(byTag)) ?? {}
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    await docker.getImage(byTag).remove({ force: true })
    const byDigest = `${registry.host}/team/tool@${digest}`
    await runtime.ensureImage(byDigest)
    expect((await runtime.identifyImage(byDigest))?.digest).toBe(digest)
    expect((await runtime.imageSizes()).get(byDigest)).toBeGreaterThan(0)
    expect(await runtime.removeImage(byDigest)).toBe(true)
    expect((await runtime.imageSizes()).has(byDigest)).toBe(false)
    const another = `${registry.host}/team/tool@sha256:${'0'.repeat(64)}`
    await expect(runtime.ensureImage(another)).rejects.toMatchObject({ code: 'image.unavailable' })
  })

  test('says that there is no such image', async () => {
    await using registry = await startRegistry('here')
    const { runtime } = await open()
    await expect(runtime.ensureImage(`${registry.host}/elsewhere:1`)).rejects.toSatisfy(
      (error) => isSubletError(error, 'image.unavailable') && error.hint?.includes('Check the name') === true,
    )
  })
})
