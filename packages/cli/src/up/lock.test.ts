import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { acquireLock } from './lock.ts'

const newPath = async () => join(await mkdtemp(join(tmpdir(), 'sublet-lock-')), 'up.lock')

test('lets only one hold it, and the next after release', async () => {
  const path = await newPath()
  const lock = await acquireLock(path)
  await expect(acquireLock(path)).rejects.toMatchObject({ code: 'config.invalid' })
  await lock.release()
  await using again = await acquireLock(path)
  expect(again).toBeDefined()
})

test('takes over the lock of a process that is gone, or whose id another process has now', async () => {
  const path = await newPath()
  await writeFile(path, JSON.stringify({ pid: 2 ** 22 + 1, startedAt: '1' }))
  await (await acquireLock(path)).release()
  await writeFile(path, JSON.stringify({ pid: process.pid, startedAt: 'another' }))
  await (await acquireLock(path)).release()
  await writeFile(path, 'torn')
  await (await acquireLock(path)).release()
})
