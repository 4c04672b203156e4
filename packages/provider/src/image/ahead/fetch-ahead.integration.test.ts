import { hasImages, rankCandidates } from '@sublet/protocol'
import { createLog, openStore } from '@sublet/service'
import { describeWith, testDatabaseUrl } from '@sublet/testing'
import { expect, test } from 'vitest'
import { sampleAddress, sampleOrder } from '../../../../protocol/src/testing/sample-market.ts'
import { migrations, type Tables } from '../../journal/tables.ts'
import { connectDocker } from '../../runtime/docker/connect-docker.ts'
import { createDockerRuntime } from '../../runtime/docker/docker-runtime.ts'
import { startRegistry } from '../../testing/registry.ts'
import { createBundledImages } from '../bundled-images.ts'
import { createImageUses } from '../image-uses.ts'
import { createFetchAhead } from './fetch-ahead.ts'
import { createImageWishes } from './image-wishes.ts'

const log = createLog({ name: 'test', level: 'silent' })

describeWith(['docker', 'postgres', 'busybox'])('images ahead, on a real engine', () => {
  test('what the market asks for is pulled, advertised, and breaks the tie', async () => {
    await using registry = await startRegistry('asked/for')
    const reference = `${registry.host}/asked/for:1`
    const schema = `ahead_${process.pid}`
    const store = await openStore<Tables>({ url: testDatabaseUrl, schema, migrations, log })
    const connection = await connectDocker({ env: process.env, platform: process.platform })
    const runtime = createDockerRuntime({
      connection,
      bundled: createBundledImages({ nodePath: process.execPath, platform: process.platform }),
      subnetPool: '10.229.0.0/16',
      spareNetworks: 0,
    })
    const uses = createImageUses(store)
    const wishes = createImageWishes(store)
    const ahead = createFetchAhead({
      runtime,
      wishes,
      uses,
      fetched: async () => {},
      inUse: () => new Set(),
      isBusy: () => false,
      disk: async () => ({ totalBytes: 1e12, freeBytes: 1e12 }),
      lowPercent: 75,
      budgetBytes: 1e9,
      leastTenants: 2,
      log,
      now: Date.now,
    })
    const [unit] = sampleOrder().units
    const order = sampleOrder({ units: unit === undefined ? [] : [{ ...unit, image: reference }] })
    try {
      for (const tenant of [sampleAddress(1), sampleAddress(2)]) ahead.saw({ ...order, tenant })
      await expect.poll(async () => (await wishes.all()).length, { timeout: 20_000 }).toBe(2)
      expect(hasImages(order, { images: await runtime.images() })).toBe(false)
      await ahead.step()
      const { images } = ahead.status()
      expect(images).toEqual([{ reference, sizeBytes: expect.any(Number) }])
      expect((await uses.all()).has(reference)).toBe(true)

      const candidate = (number: number, there: boolean) => ({
        provider: sampleAddress(number),
        ratePerHour: 5n,
        hasImages: there,
      })
      const warm = candidate(9, hasImages(order, { images: await runtime.images() }))
      const policy = { choose: 'cheapest', auction: 'first', windowMs: 0 } as const
      expect(rankCandidates(policy, [candidate(1, false), warm])[0]).toBe(warm)
    } finally {
      await runtime.removeImage(reference)
      await runtime.close()
      await store.pool.query(`drop schema ${schema} cascade`)
      await store.close()
    }
  })
})
