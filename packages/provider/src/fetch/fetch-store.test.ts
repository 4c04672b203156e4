import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFetchStore } from './fetch-store.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sublet-fetch-store-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

test('what two leases share counts for both, and what none uses for nobody', async () => {
  const store = createFetchStore(folder, () => 0)
  const [ann, ben] = [`0x${'a'.repeat(64)}`, `0x${'b'.repeat(64)}`] as const
  // Keys of pins are a few bytes besides.
  const about = (bytes: number) => ({ asymmetricMatch: (other: number) => Math.abs(other - bytes) < 100 })
  expect(await store.usedBytes()).toBe(0)
  await store.pin(ann, 'read', 'entry')
  await writeFile(join(store.filesOf('entry'), 'model'), Buffer.alloc(100_000))
  await store.complete('entry')
  expect(await store.usedBytes()).toEqual(about(100_000))
  await store.pin(ben, 'written', 'entry')
  await store.copyFor(ben, 'written', 'entry')
  expect(await store.usedBytes()).toEqual(about(300_000))
  await store.release(ben)
  expect(await store.usedBytes()).toEqual(about(100_000))
  await store.release(ann)
  expect(await store.usedBytes()).toBe(0)
})
